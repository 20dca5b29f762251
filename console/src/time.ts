// Times as people read them, in the reader's own zone: relative up to a day, then dates; the exact time is for the hover.

import type { Lang } from "./text/words"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Making a format takes longer than using it a hundred times, and every message is dated. */
const formats = new Map<string, Intl.DateTimeFormat>()

function format(lang: Lang, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = lang + JSON.stringify(options)
  const known = formats.get(key) ?? new Intl.DateTimeFormat(lang, options)
  formats.set(key, known)
  return known
}

/** clock is the time of day: 14:05. */
export function clock(at: string, lang: Lang): string {
  return format(lang, { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(at))
}

/** exact is the whole moment with weekday and zone, for a title. */
export function exact(at: string, lang: Lang): string {
  return format(lang, { dateStyle: "full", timeStyle: "long" }).format(new Date(at))
}

/** soon is a moment of the coming days: "Thu 09:00". */
export function soon(at: string, lang: Lang): string {
  return `${format(lang, { weekday: "short" }).format(new Date(at))} ${clock(at, lang)}`
}

/** ago is short and relative below a day, a date after: "now", "5m", "3h", "Nov 21". */
export function ago(at: string, now: number, lang: Lang): string {
  const then = new Date(at)
  const passed = now - then.getTime()
  const zh = lang === "zh-CN"
  if (passed < minute) return zh ? "刚刚" : "now"
  if (passed < hour) return `${Math.floor(passed / minute)}${zh ? " 分钟" : "m"}`
  if (passed < day) return `${Math.floor(passed / hour)}${zh ? " 小时" : "h"}`
  return date(then, now, lang)
}

/** span is a length of time in its two largest units at most: "40 s", "4 min", "2 h 5 min". */
export function span(ms: number, lang: Lang): string {
  const zh = lang === "zh-CN"
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return `${s} ${zh ? "秒" : "s"}`
  const m = Math.floor(s / 60)
  if (m < 60) return `${m} ${zh ? "分钟" : "min"}`
  const h = Math.floor(m / 60)
  if (h >= 24) return `${Math.floor(h / 24)} ${zh ? "天" : "d"} ${h % 24} ${zh ? "小时" : "h"}`
  return m % 60 ? `${h} ${zh ? "小时" : "h"} ${m % 60} ${zh ? "分钟" : "min"}` : `${h} ${zh ? "小时" : "h"}`
}

/** dayName heads the messages of one day: Today, Yesterday, then the date. */
export function dayName(at: string, now: number, lang: Lang): string {
  const then = new Date(at)
  if (dayKey(at) === dayKey(new Date(now).toISOString())) return lang === "zh-CN" ? "今天" : "Today"
  if (dayKey(at) === dayKey(new Date(now - day).toISOString())) return lang === "zh-CN" ? "昨天" : "Yesterday"
  return format(lang, { weekday: "short", month: "short", day: "numeric", year: yearIf(then, now) }).format(then)
}

/** dayKey is equal for two moments of the same day in the reader's zone. */
export function dayKey(at: string): string {
  const d = new Date(at)
  return `${d.getFullYear()}-${d.getMonth()}-${d.getDate()}`
}

/** dayStart is the midnight in the reader's zone that begins the day of a moment, or a day some days from it. */
export function dayStart(at: number, days = 0): number {
  const d = new Date(at)
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() + days).getTime()
}

/** stopwatch is a wait that ticks: 0:07, 12:45, 1:02:03. */
export function stopwatch(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number): string => String(n).padStart(2, "0")
  const h = Math.floor(s / 3600)
  return h ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`
}

function date(then: Date, now: number, lang: Lang): string {
  return format(lang, { month: "short", day: "numeric", year: yearIf(then, now) }).format(then)
}

function yearIf(then: Date, now: number): "numeric" | undefined {
  return then.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric"
}

/** length is a duration of whole seconds in full: 90 is "1 min 30 s". */
export function length(seconds: number, lang: Lang): string {
  const zh = lang === "zh-CN"
  const parts = [
    { n: Math.floor(seconds / 3600), unit: zh ? "小时" : "h" },
    { n: Math.floor(seconds / 60) % 60, unit: zh ? "分钟" : "min" },
    { n: seconds % 60, unit: zh ? "秒" : "s" },
  ].filter(({ n }, at, all) => n > 0 || (at === 2 && all.every((part) => part.n === 0)))
  return parts.map(({ n, unit }) => `${n} ${unit}`).join(" ")
}

/** moment is the day and the time, short enough for a line on a phone. */
export function moment(at: string, now: number, lang: Lang): string {
  return `${dayName(at, now, lang)} ${clock(at, lang)}`
}

export type SeenWhen = { when: "now" | "today" | "yesterday" | "week" | "month" | "long"; time: string }

/** seenWhen is how somebody's last visit is told: the time of day while it was today or yesterday, later roughly how long ago. */
export function seenWhen(at: string, now: number, lang: Lang): SeenWhen {
  const then = new Date(at).getTime()
  const time = clock(at, lang)
  if (now - then < minute) return { when: "now", time }
  if (then >= dayStart(now)) return { when: "today", time }
  if (then >= dayStart(now, -1)) return { when: "yesterday", time }
  if (then >= dayStart(now, -7)) return { when: "week", time }
  return { when: then >= dayStart(now, -30) ? "month" : "long", time }
}
