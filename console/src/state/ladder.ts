// How long an agent has until a visitor who was given to him goes to somebody else.

import type { Ticket } from "@wire/protocol"

/** What is left in milliseconds, never below 0; nothing when nobody counts. */
export function answerLeft(ticket: Ticket, now: number): number | undefined {
  if (ticket.state !== "open" || !ticket.answer_by) return undefined
  return Math.max(0, Date.parse(ticket.answer_by) - now)
}

/** Hears of each ticket once when its agent is called for it: what was so before is no news. */
export class Nudges {
  #known: Set<number> | undefined

  /** Those of mine that were called for since the last time. */
  fresh(mine: readonly Ticket[]): Ticket[] {
    const called = mine.filter((ticket) => ticket.nudged)
    const fresh = this.#known ? called.filter((ticket) => !this.#known?.has(ticket.id)) : []
    this.#known = new Set(called.map((ticket) => ticket.id))
    return fresh
  }
}
