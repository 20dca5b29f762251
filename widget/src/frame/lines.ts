import type { Body, Message, Reply, Row } from "../wire"
import type { Words } from "./words"

/** What the log draws, top to bottom. */
export type Line =
  | { kind: "day"; key: string; at: Date }
  | { kind: "system"; key: string; words: string; args: Record<string, string>; text: string }
  | { kind: "recalled"; key: string; sender: number; own: boolean }
  | { kind: "group"; key: string; sender: number; own: boolean; named: boolean; rows: Row[]; at: Date }

/**
 * Puts rows under day lines and into groups: one sender, one minute, one timestamp. Somebody is named where he begins
 * to speak, not in each group.
 */
export function lines(rows: readonly Row[], me: number): Line[] {
  const found: Line[] = []
  let day = ""
  let speaker = me
  for (const row of rows) {
    const at = timeOf(row)
    if (at.toDateString() !== day) {
      day = at.toDateString()
      found.push({ kind: "day", key: `day ${day}`, at })
    }
    if (row.placed && row.message.type === "system") {
      const { key = "", args = {}, text = "" } = row.message.body
      found.push({ kind: "system", key: row.key, words: key, args, text })
      speaker = me
      continue
    }
    if (row.placed && row.message.recalled) {
      const sender = row.message.sender_id
      found.push({ kind: "recalled", key: row.key, sender, own: sender === me })
      speaker = me
      continue
    }
    const sender = row.placed ? row.message.sender_id : me
    const last = found.at(-1)
    const joins = last?.kind === "group" && last.sender === sender && minute(last.at) === minute(at)
    if (joins && !failed(last.rows.at(-1)!)) last.rows.push(row)
    else {
      const own = sender === me
      found.push({ kind: "group", key: `g ${row.key}`, sender, own, named: !own && sender !== speaker, rows: [row], at })
      if (!own) speaker = sender
    }
  }
  return found
}

/** The own message the state mark stands under: the last one that is not refused. */
export function lastOwn(rows: readonly Row[], me: number): Row | undefined {
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!
    if (row.placed ? row.message.sender_id === me && row.message.type !== "system" && !row.message.recalled : !failed(row)) return row
  }
  return undefined
}

export function failed(row: Row): boolean {
  return !row.placed && row.item.state === "failed"
}

export function bodyOf(row: Row): Body {
  return row.placed ? row.message.body : row.item.body
}

export function typeOf(row: Row): Message["type"] {
  return row.placed ? row.message.type : row.item.type
}

/** What a row says where there is only room for words. */
export function altOf(row: Row, words: Pick<Words, "picture">): string {
  const { text, name } = bodyOf(row)
  return typeOf(row) === "image" ? words.picture : (text ?? name ?? "")
}

export function replyOf(row: Row): Reply | undefined {
  return (row.placed ? row.message.reply_to : row.item.reply) ?? undefined
}

function timeOf(row: Row): Date {
  return new Date(row.placed ? row.message.created_at : (row.item.message?.created_at ?? row.item.at))
}

function minute(at: Date): number {
  return Math.floor(at.getTime() / 60_000)
}
