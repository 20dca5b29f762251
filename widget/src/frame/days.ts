import type { Words } from "./words"

export function dayWords(at: Date, now: Date, words: Pick<Words, "today" | "yesterday">, lang: string): string {
  if (at.toDateString() === now.toDateString()) return words.today
  const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1)
  if (at.toDateString() === before.toDateString()) return words.yesterday
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const)
  return at.toLocaleDateString(lang, { ...year, month: "long", day: "numeric", weekday: "short" })
}

export function clockWords(at: Date, lang: string): string {
  return at.toLocaleTimeString(lang, { hour: "numeric", minute: "2-digit" })
}
