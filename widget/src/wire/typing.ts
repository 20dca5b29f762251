import type { Clock } from "./clock"

const upEvery = 3_000
const shownFor = 6_000

/** Who is typing where: ours goes up at most every three seconds, theirs is shown for six. */
export class Typing {
  #clock: Clock
  #up: (conversation: number) => boolean
  #changed: (conversation: number) => void
  #told = new Map<number, number>()
  #shown = new Map<number, Map<number, () => void>>()

  constructor(clock: Clock, up: (conversation: number) => boolean, changed: (conversation: number) => void) {
    this.#clock = clock
    this.#up = up
    this.#changed = changed
  }

  mine(conversation: number): void {
    const now = this.#clock.now()
    if (now - (this.#told.get(conversation) ?? -upEvery) < upEvery) return
    if (this.#up(conversation)) this.#told.set(conversation, now)
  }

  theirs(conversation: number, person: number): void {
    const there = this.#shown.get(conversation) ?? new Map<number, () => void>()
    this.#shown.set(conversation, there)
    const fresh = !there.has(person)
    there.get(person)?.()
    there.set(
      person,
      this.#clock.after(shownFor, () => this.stopped(conversation, person)),
    )
    if (fresh) this.#changed(conversation)
  }

  /** Their message came, or the six seconds are over. */
  stopped(conversation: number, person: number): void {
    const there = this.#shown.get(conversation)
    const cancel = there?.get(person)
    if (!there || !cancel) return
    cancel()
    there.delete(person)
    this.#changed(conversation)
  }

  others(conversation: number): number[] {
    return [...(this.#shown.get(conversation)?.keys() ?? [])]
  }

  close(): void {
    for (const there of this.#shown.values()) for (const cancel of there.values()) cancel()
    this.#shown.clear()
  }
}
