import type { Row } from "../wire"

/** What the log draws, top to bottom. */
export type Line =
  | { kind: "day"; key: string; at: Date }
  | { kind: "system"; key: string; words: string; args: Record<string, string>; text: string }
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
    if (row.placed ? row.message.sender_id === me && row.message.type !== "system" : !failed(row)) return row
  }
  return undefined
}

export function failed(row: Row): boolean {
  return !row.placed && row.item.state === "failed"
}

export function textOf(row: Row): string {
  return (row.placed ? row.message.body.text : row.item.body.text) ?? ""
}

function timeOf(row: Row): Date {
  return new Date(row.placed ? row.message.created_at : (row.item.message?.created_at ?? row.item.at))
}

function minute(at: Date): number {
  return Math.floor(at.getTime() / 60_000)
}
