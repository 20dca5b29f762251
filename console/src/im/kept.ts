// What one wants to be told of a conversation, as menus and cards offer it.

import type { IconName } from "../parts/Icon.vue"
import { t } from "../parts/ui"
import type { KeptChange } from "../state/imapi"
import type { Room } from "../state/rooms"

export type NotifyKey = "all" | "mentions" | "hour" | "morning" | "none"

/** notifyItems are the choices for a conversation; only groups name people. */
export function notifyItems(room: Room): { key: NotifyKey; icon: IconName; text: string; on: boolean }[] {
  const keys: [NotifyKey, IconName][] = [
    ["all", "bell"],
    ["mentions", "at"],
    ["hour", "clock"],
    ["morning", "moon"],
    ["none", "quiet"],
  ]
  return keys
    .filter(([key]) => key !== "mentions" || room.kind === "group")
    .map(([key, icon]) => ({ key, icon, text: t(`im.notify.${key}`), on: key === room.notify }))
}

/** notifyChange is what a choice asks for. */
export function notifyChange(key: NotifyKey, now: Date): KeptChange {
  if (key === "hour") return { notify: "none", until: new Date(now.getTime() + 3_600_000).toISOString() }
  if (key === "morning") return { notify: "none", until: morning(now).toISOString() }
  return { notify: key }
}

/** The next eight in the morning, by the reader's own clock. */
function morning(now: Date): Date {
  const eight = new Date(now)
  eight.setHours(8, 0, 0, 0)
  if (eight <= now) eight.setDate(eight.getDate() + 1)
  return eight
}
