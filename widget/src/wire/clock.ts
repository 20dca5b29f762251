/** Time as the protocol needs it; tests hand in their own. */
export interface Clock {
  now(): number
  /** Runs `then` once after `ms`; the answer cancels it. */
  after(ms: number, then: () => void): () => void
}

export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

/** Full jitter: anything between nothing and the doubled step, so that a crowd does not come back at once. */
export function backoff(attempt: number, random: () => number, first = 500, most = 15_000): number {
  return random() * Math.min(most, first * 2 ** Math.min(attempt, 20))
}
