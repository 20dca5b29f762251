// How an act of the audit log reads: the server's keys in the reader's words. What is newer than this page is shown as it came.

import type { Act, Change } from "@wire/protocol"
import { nameOf } from "../parts/faces"
import { has, say, type Lang } from "../text/words"
import { clock, dayName } from "../time"

/** The first words of the keys there are, for the filter. */
export const subjects = ["owner", "agent", "site", "settings", "queue", "canned", "faq", "bot", "blacklist", "group", "report", "member"] as const

export function actName(act: Act, lang: Lang): string {
  const key = `act.${act.action}`
  return has(key) ? say(lang, key) : act.action
}

export function actorName(act: Act, lang: Lang): string {
  return act.person.id ? nameOf(act.person, lang) : say(lang, "audit.command")
}

/** What it was done to; a visitor may have no name, and the whole server needs none. */
export function targetName(act: Act, lang: Lang): string {
  if (act.target) return act.target
  return act.target_id ? nameOf({ id: act.target_id, name: "" }, lang) : say(lang, "audit.whole")
}

/** `chat.max_text` is named by the whole key, else by its parts. */
export function fieldName(field: string, lang: Lang): string {
  const parts = field.split(".")
  const first = parts[0] ?? field
  const last = parts.at(-1) ?? field
  for (const key of [`field.${field}`, `limit.${last}`, `field.${first}`, `field.${last}`]) if (has(key)) return say(lang, key)
  return field
}

export function valueText(change: Change, value: string, now: number, lang: Lang): string {
  if (value === "") return say(lang, change.field === "expires_at" ? "block.ever" : "audit.unset")
  if (value === "true" || value === "false") return say(lang, value === "true" ? "audit.yes" : "audit.no")
  const role = `role.${value}`
  if (change.field === "role" && has(role)) return say(lang, role)
  if (change.field === "expires_at") return `${dayName(value, now, lang)} ${clock(value, lang)}`
  return value
}
