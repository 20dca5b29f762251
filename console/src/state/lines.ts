// From messages to what stands on the screen: day lines, system lines, and bubbles grouped by sender and minute. Pure.

import type { Item } from "@wire/outbox"
import type { Message } from "@wire/protocol"
import type { Mark, Row } from "@wire/timeline"
import { dayKey } from "../time"

export type Bubble = { key: string; text: string; at: string; mark: Mark | "none"; item: Item | undefined }
export type Line =
  | { kind: "day"; key: string; at: string }
  | { kind: "new"; key: string }
  | { kind: "system"; key: string; message: Message }
  | { kind: "group"; key: string; sender: number; own: boolean; side: "left" | "right"; bubbles: Bubble[] }

export type LinesInput = {
  rows: Row[]
  me: number
  visitor: number
  /** How far an own message got; unknown where the reader is no member. */
  mark: (message: Message) => Mark | "none"
  /** The first message that was new when the conversation was opened; 0 for none. */
  newFrom: number
}

/** Messages of one sender this close together are one group. */
const togetherMs = 60_000

export function linesOf(input: LinesInput): Line[] {
  const lines: Line[] = []
  let day = ""
  let marked = input.newFrom === 0
  for (const row of input.rows) {
    const at = row.placed ? row.message.created_at : new Date(row.item.at).toISOString()
    if (dayKey(at) !== day) {
      day = dayKey(at)
      lines.push({ kind: "day", key: `day-${day}`, at })
    }
    if (!marked && row.placed && row.message.seq >= input.newFrom) {
      marked = true
      lines.push({ kind: "new", key: "new" })
    }
    if (row.placed && row.message.type === "system") lines.push({ kind: "system", key: row.key, message: row.message })
    else place(lines, row, at, input)
  }
  return lines
}

function place(lines: Line[], row: Row, at: string, input: LinesInput): void {
  const sender = row.placed ? row.message.sender_id : input.me
  const bubble = bubbleOf(row, at, sender === input.me, input)
  const last = lines.at(-1)
  const before = last?.kind === "group" ? last.bubbles.at(-1) : undefined
  if (last?.kind === "group" && last.sender === sender && before && Date.parse(at) - Date.parse(before.at) < togetherMs) {
    last.bubbles.push(bubble)
    return
  }
  lines.push({ kind: "group", key: `g-${row.key}`, sender, own: sender === input.me, side: sender === input.visitor ? "left" : "right", bubbles: [bubble] })
}

function bubbleOf(row: Row, at: string, own: boolean, input: LinesInput): Bubble {
  if (row.placed) return { key: row.key, text: row.message.body.text ?? "", at, mark: own ? input.mark(row.message) : "none", item: undefined }
  const mark = row.item.state === "failed" ? "failed" : row.item.state === "acked" ? "sent" : "sending"
  return { key: row.key, text: row.item.body.text ?? "", at, mark, item: row.item }
}
