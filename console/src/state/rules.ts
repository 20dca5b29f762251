// The rules of a queue: what they are as long as nobody chose anything, and durations as people write them.

import type { Hours, PriorityRule, QueueTelling, Rules } from "@wire/protocol"
import { here } from "./hours"

/** What a queue tells in one language, each there to be typed into. */
export type QueueWords = Required<QueueTelling>


export const strategies: readonly Rules["strategy"][] = ["least_busy", "round_robin", "longest_idle", "skill"]
export const occasions: readonly PriorityRule["when"][] = ["vip", "returning", "page", "locale"]
export const wordNames = ["waiting", "apology", "idle_warning", "closing", "busy"] as const satisfies (keyof QueueTelling)[]

/** What each part that can be off is set to when it is switched on. */
export const usual = {
  boost: { every_s: 300, step: 1, most: 5 },
  answer: { nudge_s: 60, requeue_s: 120, times: 3 },
  overflow: { after_s: 180 },
  idle: { warn_s: 600, close_s: 900, gone_s: 600 },
  away_s: 60,
} as const

export type Unit = "s" | "min" | "h"
const seconds: Record<Unit, number> = { s: 1, min: 60, h: 3600 }

/** split is a duration in the largest unit it is a whole number of. */
export function split(of: number): { n: number; unit: Unit } {
  const unit = of > 0 ? (["h", "min"] as const).find((one) => of % seconds[one] === 0) : "min"
  return { n: of / seconds[unit ?? "s"], unit: unit ?? "s" }
}

/** join is what was typed in a unit, in seconds; undefined when it is no duration. */
export function join(typed: string, unit: Unit): number | undefined {
  const text = typed.trim().replace(",", ".")
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(text)) return undefined
  return Math.round(Number(text) * seconds[unit])
}

/** officeHours is what own hours begin with where there are none to begin with. */
export function officeHours(): Hours {
  const week = Array.from({ length: 7 }, (_, day) => (day < 5 ? [{ from: "09:00", to: "18:00" }] : [])) as unknown as Hours["week"]
  return { on: true, zone: here(), week, holidays: [], last_chats: 0 }
}

/** A moment on the way of a ticket that nobody answers. */
export type Rung = { kind: "handed" | "nudge" | "back" | "sorry"; at: number; n: number }

/** rungs is the no-answer ladder as a line of moments in seconds: of the first agent, and of the last. */
export function rungs({ nudge_s, requeue_s, times }: Rules["answer"]): Rung[] {
  const line: Rung[] = [{ kind: "handed", at: 0, n: 1 }]
  if (nudge_s && (!requeue_s || nudge_s < requeue_s)) line.push({ kind: "nudge", at: nudge_s, n: 1 })
  if (!requeue_s) return line
  if (times !== 1) line.push({ kind: "back", at: requeue_s, n: Math.max(0, times - 1) })
  if (times > 0) line.push({ kind: "sorry", at: requeue_s * times, n: times })
  return line
}
