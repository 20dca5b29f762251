// From messages and notes to what stands on the screen: day lines, system lines, notes, and bubbles grouped by sender and
// minute. Pure.

import type { Item } from "@wire/outbox"
import type { Body, CardBody, MergedBody, Message, Reply } from "@wire/protocol"
import type { Mark, Row } from "@wire/timeline"
import { dayKey } from "../time"
import type { Note } from "./notes"

/** A picture or file; `id` is 0 until the server has it. */
export type Media = { kind: "image" | "file"; id: number; name: string; size: number; width: number; height: number }
export type Bubble = {
  key: string
  text: string
  media: Media | undefined
  merged: MergedBody | undefined
  card: CardBody | undefined
  reply: Reply | undefined
  at: string
  mark: Mark | "none"
  item: Item | undefined
  /** The server's row; an own message that is still on its way has none. */
  message: Message | undefined
}
export type Line =
  | { kind: "day"; key: string; at: string }
  | { kind: "new"; key: string }
  | { kind: "part"; key: string }
  | { kind: "system"; key: string; message: Message }
  | { kind: "recalled"; key: string; message: Message }
  | { kind: "note"; key: string; note: Note }
  | { kind: "group"; key: string; sender: number; own: boolean; side: "left" | "right"; bubbles: Bubble[] }

export type LinesInput = {
  rows: Row[]
  /** In the order they were written; each stands before the first message that is younger. */
  notes: readonly Note[]
  me: number
  /** Who stands on the left; 0: everybody else. */
  visitor: number
  /** How far an own message got; unknown where the reader is no member. */
  mark: (message: Message) => Mark | "none"
  /** The first message that was new when the conversation was opened; 0 for none. */
  newFrom: number
  /** The first message of the ticket that is looked at, when what was before it is to be told apart; 0 for never. */
  partFrom?: number
}

/** Messages of one sender this close together are one group. */
const togetherMs = 60_000

/** The log, then own messages that are not in it yet, matched by their client id; what is above `seq` is in it somewhere. */
export function rowsOf(messages: Message[], me: number, items: readonly Item[], seq: number): Row[] {
  const rows: Row[] = messages.map((message) => ({ key: message.sender_id === me && message.client_msg_id ? message.client_msg_id : `m${message.id}`, message, placed: true }))
  if (items.length === 0) return rows
  const own = new Set(messages.filter((m) => m.sender_id === me).map((m) => m.client_msg_id))
  const top = Math.max(messages.at(-1)?.seq ?? 0, seq) // what was cleared stands below it too
  for (const item of items) {
    if (own.has(item.client_msg_id) || (item.message && item.message.seq <= top)) continue
    rows.push({ key: item.client_msg_id, item, placed: false })
  }
  return rows
}

/** Where reading ended, when there is something after it that others wrote and something before it that was read; 0: nowhere. */
export function firstNew(log: readonly Message[], read: number, me: number): number {
  if (read === 0) return 0
  return log.find((m) => m.seq > read && m.sender_id !== me && m.type !== "system" && !m.recalled)?.seq ?? 0
}

export function linesOf(input: LinesInput): Line[] {
  const lines: Line[] = []
  const known = new Map(input.rows.flatMap((row) => (row.placed ? [[row.message.seq, row.message] as const] : [])))
  let marked = input.newFrom === 0
  let parted = !input.partFrom
  let noted = 0
  let today = ""
  const day = (at: string): void => {
    const key = `day-${dayKey(at)}`
    if (key !== today) lines.push({ kind: "day", key, at })
    today = key
  }
  const placeNote = (note: Note): void => {
    day(note.at)
    lines.push({ kind: "note", key: `note-${note.key}`, note })
  }
  const notesUntil = (at: string): void => {
    for (let note = input.notes[noted]; note && note.at <= at; note = input.notes[++noted]) placeNote(note)
  }
  for (const row of input.rows) {
    if (row.placed && row.message.hidden) continue
    const at = timeOf(row)
    notesUntil(at)
    day(at)
    if (!marked && row.placed && row.message.seq >= input.newFrom) {
      marked = true
      lines.push({ kind: "new", key: "new" })
    }
    if (!parted && row.placed && row.message.seq >= (input.partFrom ?? 0)) {
      parted = true
      if (lines.some((line) => line.kind !== "day")) lines.push({ kind: "part", key: "part" })
    }
    if (row.placed && row.message.type === "system") lines.push({ kind: "system", key: row.key, message: row.message })
    else if (row.placed && row.message.recalled) lines.push({ kind: "recalled", key: row.key, message: row.message })
    else place(lines, row, at, input, known)
  }
  for (const note of input.notes.slice(noted)) placeNote(note)
  return lines
}

/** mediaOf is the picture or file of a message's body. */
export function mediaOf(type: string, body: Body): Media | undefined {
  if (type !== "image" && type !== "file") return undefined
  return { kind: type, id: body.file_id ?? 0, name: body.name ?? "", size: body.size ?? 0, width: body.width ?? 0, height: body.height ?? 0 }
}

function timeOf(row: Row): string {
  return row.placed ? row.message.created_at : new Date(row.item.at).toISOString()
}

function place(lines: Line[], row: Row, at: string, input: LinesInput, known: Map<number, Message>): void {
  const sender = row.placed ? row.message.sender_id : input.me
  const bubble = bubbleOf(row, at, sender === input.me, input, known)
  const last = lines.at(-1)
  const before = last?.kind === "group" ? last.bubbles.at(-1) : undefined
  if (last?.kind === "group" && last.sender === sender && before && Date.parse(at) - Date.parse(before.at) < togetherMs) {
    last.bubbles.push(bubble)
    return
  }
  lines.push({ kind: "group", key: `g-${row.key}`, sender, own: sender === input.me, side: sender === input.visitor || (input.visitor === 0 && sender !== input.me) ? "left" : "right", bubbles: [bubble] })
}

function bubbleOf(row: Row, at: string, own: boolean, input: LinesInput, known: Map<number, Message>): Bubble {
  if (row.placed) {
    const { message } = row
    const reply = message.reply_to ? freshReply(message.reply_to, known) : undefined
    return { key: row.key, text: message.body.text ?? "", media: mediaOf(message.type, message.body), merged: message.body.merged ?? undefined, card: message.body.card ?? undefined, reply, at, mark: own ? input.mark(message) : "none", item: undefined, message }
  }
  const { item } = row
  const mark = item.state === "failed" ? "failed" : item.state === "acked" ? "sent" : "sending"
  const reply = item.reply ? freshReply(item.reply, known) : undefined
  return { key: row.key, text: item.body.text ?? "", media: mediaOf(item.type, item.body), merged: item.body.merged ?? undefined, card: item.body.card ?? undefined, reply, at, mark, item, message: undefined }
}

/** A quote shows what its original says now, and nothing of one that was recalled. */
function freshReply(reply: Reply, known: Map<number, Message>): Reply {
  const original = known.get(reply.seq)
  return original?.recalled || original?.edited_at ? { seq: reply.seq, sender_id: reply.sender_id, alt: original.body.text ?? "" } : reply
}
