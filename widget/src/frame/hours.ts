import type { Lang } from "../wire"
import { clockWords } from "./days"

/** When the hours begin again, in the reader's own zone: "Open again tomorrow at 9:00 AM". */
export function opensWords(at: Date, now: Date, lang: Lang): string {
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000)
  const clock = clockWords(at, lang)
  const day = dayOf(at, days, lang)
  if (lang === "zh-CN") return `${day} ${clock} 恢复服务`
  return `Open again ${day} at ${clock}`
}

function dayOf(at: Date, days: number, lang: Lang): string {
  if (days < 2) return new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(days, "day")
  if (days < 7) return on(at.toLocaleDateString(lang, { weekday: lang === "zh-CN" ? "short" : "long" }), lang)
  return on(at.toLocaleDateString(lang, { month: "long", day: "numeric", weekday: "short" }), lang)
}

function on(day: string, lang: Lang): string {
  return lang === "zh-CN" ? day : `on ${day}`
}

function midnight(at: Date): number {
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate())
}
