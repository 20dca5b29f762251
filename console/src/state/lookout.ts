// Looking into a conversation one is not in. The server tells what happens from version to version, and forgets who looks after a
// while; whoever misses a version, or comes back after a loss, reads the conversation again.

import { Fault } from "@wire/api"
import { realClock, type Clock } from "@wire/clock"
import type { Message, Person, Watched } from "@wire/protocol"
import { shallowRef } from "vue"
import type { ConsoleApi } from "./api"

/** The server forgets after 90 s. */
const askEvery = 30_000

export type LookoutOptions = {
  api: ConsoleApi
  ticket: () => number
  /** False when something before it is missing. */
  hear: (messages: Message[], people: Person[]) => boolean
  /** False when it could not be read. */
  load: () => Promise<boolean>
  clock?: Clock
}

export class Lookout {
  readonly #o: LookoutOptions
  readonly #clock: Clock
  readonly #on = shallowRef(false)
  /** The version this page has; 0: none. */
  #known = 0
  #wanted = false
  #again: (() => void) | undefined

  constructor(options: LookoutOptions) {
    this.#o = options
    this.#clock = options.clock ?? realClock
  }

  /** Whether the server said that it tells what happens. */
  get on(): boolean {
    return this.#on.value
  }

  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    void this.ask()
  }

  stop(): void {
    if (!this.#wanted) return
    this.#wanted = false
    this.#again?.()
    this.#on.value = false
    this.#known = 0
    this.#o.api.unwatchTicket(this.#o.ticket()).catch(() => undefined) // it ends by itself
  }

  /** Says that somebody looks, and catches up with what happened meanwhile. */
  async ask(): Promise<void> {
    this.#again?.()
    if (!this.#wanted) return
    this.#again = this.#clock.after(askEvery, () => void this.ask())
    try {
      const { version } = await this.#o.api.watchTicket(this.#o.ticket())
      if (!this.#wanted) return
      this.#on.value = true
      if (version > this.#known) await this.#catchUp(version)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#on.value = false
    }
  }

  apply(frame: Watched): void {
    if (!this.#wanted || frame.version <= this.#known) return
    const heard = frame.after <= this.#known && this.#o.hear(frame.messages, frame.people)
    if (heard) this.#known = frame.version
    else void this.#catchUp(frame.version)
  }

  /** What is read now has at least this version. */
  async #catchUp(version: number): Promise<void> {
    this.#known = version
    if (!(await this.#o.load())) this.#known = 0
  }
}
