// Which stretch of a log is shown. What is drawn at once is bounded, however much is here, and moves with the reader.

import type { Message } from "@wire/protocol"
import { shallowRef } from "vue"

/** How many messages are shown at once: some screens above and below the reader. */
export const mostShown = 300

/** By how much it moves, so that what is being read stays in it. */
const step = 100

export class Stretch {
  /** The seq of the last message that is shown; 0: whatever is the last. */
  readonly #until = shallowRef(0)
  /** The seq of the first message that is shown, while that must stay; 0: it moves on with what comes. */
  readonly #since = shallowRef(0)

  of(log: Message[]): Message[] {
    const [start, end] = [this.#start(log), this.#end(log)]
    return start === 0 && end === log.length ? log : log.slice(start, end)
  }

  /** Whether something above it is here. */
  above(log: Message[]): boolean {
    return this.#start(log) > 0
  }

  /** Whether something below it is here. */
  below(log: Message[]): boolean {
    return this.#end(log) < log.length
  }

  /** Moves it up; false when nothing above it is here. */
  up(log: Message[]): boolean {
    if (!this.above(log)) return false
    this.#put(log, Math.max(mostShown, Math.min(this.#start(log) + mostShown, this.#end(log)) - step))
    return true
  }

  /** Moves it down; false when nothing below it is here. */
  down(log: Message[]): boolean {
    if (!this.below(log)) return false
    this.#put(log, this.#end(log) + step)
    return true
  }

  /** Moves it to a message, which is in the middle then; where it is shown already, nothing moves. */
  to(log: Message[], seq: number): void {
    const at = countTo(log, seq)
    const end = this.#end(log)
    if (at > end || at <= this.#start(log)) this.#put(log, at + mostShown / 2)
  }

  /** Lets it end with a message, whatever comes below that; 0: with the last there is. */
  until(log: Message[], seq: number): void {
    this.#put(log, seq > 0 ? countTo(log, seq) : log.length)
  }

  /** Keeps the first message that is shown, while others come below; up to as many as are shown otherwise. */
  hold(log: Message[], on: boolean): void {
    if (!on) this.#since.value = 0
    else if (this.#since.value === 0) this.#since.value = log[this.#start(log)]?.seq ?? 0
  }

  #put(log: Message[], end: number): void {
    this.#since.value = 0
    this.#until.value = log[end]?.seq === undefined ? 0 : (log[end - 1]?.seq ?? 0)
  }

  #start(log: Message[]): number {
    const end = this.#end(log)
    const held = this.#since.value > 0 ? countTo(log, this.#since.value - 1) : end
    return Math.max(0, end - 2 * mostShown, Math.min(held, end - mostShown))
  }

  #end(log: Message[]): number {
    return this.#until.value > 0 ? countTo(log, this.#until.value) || log.length : log.length
  }
}

/** How many messages of a log, which is in order, stand up to a seq. */
export function countTo(log: readonly Message[], seq: number): number {
  let [from, to] = [0, log.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((log[middle] as Message).seq <= seq) from = middle + 1
    else to = middle
  }
  return from
}
