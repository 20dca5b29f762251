// Opening hours while they are edited, and as a week one can look at. What is allowed, the server says.

import type { Holiday, Hours, Span } from "@wire/protocol"

/** A piece of a day in which somebody answers, in shares of it; `late` is the end in which nothing new is begun. */
export type Block = { from: number; to: number; late: number }
export type Day = { date: string; today: boolean; holiday: Holiday | undefined; blocks: Block[] }

const day = 24 * 60

/** Minutes from midnight; NaN for what is no time. */
export function minutesOf(text: string): number {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text) ?? []
  return Number(hour) * 60 + Number(minute)
}

/** Where one more interval would go: after a break of an hour, for as long as the first; undefined when the day is full. */
export function nextSpan(spans: readonly Span[]): Span | undefined {
  const last = spans.at(-1)
  if (!last) return { from: "09:00", to: "18:00" }
  const begins = minutesOf(last.to) + 60
  if (minutesOf(last.to) <= minutesOf(last.from) || !(begins < day - 60)) return undefined
  return { from: clockOf(begins), to: clockOf(Math.min(begins + 4 * 60, day - 1)) }
}

/** Monday's hours on the four days after it. */
export function mondayToFriday(hours: Hours): void {
  for (const weekday of [1, 2, 3, 4] as const) hours.week[weekday] = hours.week[0].map((span) => ({ ...span }))
}

/** The zone this browser is in. */
export function here(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** All zones a browser knows, and the one that is set even if it does not. */
export function zones(set: string): string[] {
  return [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", set])].filter(Boolean).sort()
}

/** The date and the minute the clock on the wall of a zone shows. */
export function wallClock(now: number, zone: string): { date: string; minute: number } {
  let offset = -new Date(now).getTimezoneOffset()
  try {
    const name = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(now).find((part) => part.type === "timeZoneName")
    const [, sign, hour, minute] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name?.value ?? "GMT") ?? []
    offset = (sign === "-" ? -1 : 1) * (Number(hour ?? 0) * 60 + Number(minute ?? 0))
  } catch {
    // no such zone: the server will say so
  }
  const wall = new Date(now + offset * 60_000)
  return { date: wall.toISOString().slice(0, 10), minute: wall.getUTCHours() * 60 + wall.getUTCMinutes() }
}

/** The seven days from today, with holidays in them and nights running into the next morning. */
export function coming(hours: Hours, today: string): Day[] {
  const days: Day[] = []
  let night = 0
  for (let n = -1; n < 7; n++) {
    const at = new Date(`${today}T00:00:00Z`)
    at.setUTCDate(at.getUTCDate() + n)
    const date = at.toISOString().slice(0, 10)
    const holiday = hours.holidays.find((one) => one.date === date)
    const spans = (holiday ?? { spans: hours.week[(at.getUTCDay() + 6) % 7] as Span[] }).spans
    const blocks: Block[] = night ? [block(0, night, hours.last_chats)] : []
    night = 0
    for (const span of spans) {
      const from = minutesOf(span.from)
      const to = minutesOf(span.to)
      if (Number.isNaN(from + to)) continue
      if (to > from) blocks.push(block(from, to, hours.last_chats))
      else {
        blocks.push(block(from, day, to > 0 ? 0 : hours.last_chats))
        night = to
      }
    }
    if (n >= 0) days.push({ date, today: n === 0, holiday, blocks })
  }
  return days
}

/** When the hours begin the next time; null when that is not within a week, or always. */
export function nextOpening(hours: Hours, now: number): string | null {
  const { date, minute } = wallClock(now, hours.zone)
  for (const [n, { blocks }] of coming(hours, date).entries()) {
    const begins = blocks.map((one) => n * day + one.from * day).filter((at) => at > minute && at % day > 0)
    if (begins.length > 0) return new Date(now + (Math.round(Math.min(...begins)) - minute) * 60_000).toISOString()
  }
  return null
}

function block(from: number, to: number, last: number): Block {
  return { from: from / day, to: to / day, late: Math.min(last / (to - from), 1) }
}

function clockOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`
}
