// The last line of a conversation as a list shows it.

import { t } from "../parts/ui"
import type { Room } from "../state/rooms"
import { systemText } from "./system"
import { wordsOf } from "./words"

/** lastLine says what was said last, and in a group by whom. */
export function lastLine(room: Room, me: number, nameOf: (person: number) => string): string {
  const { last } = room
  if (!last) return t("list.noText")
  if (last.type === "system") return systemText(last.body)
  const text = wordsOf(last)
  if (last.sender_id === me) return t("list.you", { text })
  const by = room.kind === "group" ? nameOf(last.sender_id) : ""
  return by ? t("list.by", { name: by, text }) : text
}
