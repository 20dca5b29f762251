// The way to a message that is not loaded, and back: around it a stretch of history is read and shown, until that meets the
// present.

import type { Client } from "@wire/client"
import type { Person } from "@wire/protocol"
import { shallowRef } from "vue"
import type { ConsoleApi } from "./api"
import { Away } from "./away"

/** The conversation as it is shown. */
export interface Ground {
  readonly conversation: number
  has(seq: number): boolean
  meet(people: Person[]): void
  /** What is shown is another part now: down to a message, or (0) to the last there is. */
  turned(until: number): void
  /** Brings a message that is here among the lines. */
  bring(seq: number): void
}

export class Jumps {
  readonly #api: ConsoleApi
  readonly #client: Client
  readonly #ground: Ground
  readonly #away = shallowRef<Away>()
  readonly #wanted = shallowRef<{ seq: number }>()
  #version = 0

  constructor(api: ConsoleApi, client: Client, ground: Ground) {
    this.#api = api
    this.#client = client
    this.#ground = ground
  }

  /** What is shown instead of the present. */
  get away(): Away | undefined {
    return this.#away.value
  }

  /** The message somebody wants to see; a new object each time he asks. */
  get wanted(): { seq: number } | undefined {
    return this.#wanted.value
  }

  /** Asks whoever draws the conversation to show a message. */
  want(seq: number): void {
    this.#wanted.value = { seq }
  }

  /** Brings a message among the lines; false when it is not there to be seen. */
  async show(seq: number): Promise<boolean> {
    if (this.away?.has(seq) || this.#ground.has(seq)) {
      if (!this.away?.has(seq)) this.toPresent()
      this.#ground.bring(seq)
      return true
    }
    const { conversation } = this.#ground
    const away = new Away((before, limit) => this.#api.history(conversation, before, limit), (people) => this.#ground.meet(people))
    if (!(await away.open(seq))) return false
    this.#turn(away, 0)
    this.#meetPresent()
    return true
  }

  /** Reads on below a stretch that is not the present. */
  async newer(): Promise<void> {
    await this.away?.newer()
    this.#meetPresent()
  }

  /** Shows the newest messages again. */
  toPresent(): void {
    if (this.away) this.#turn(undefined, 0)
  }

  /** Something in the conversation changed: what is shown is read again. */
  moved(): void {
    const version = this.#timeline?.version ?? 0
    if (this.away && version !== this.#version) void this.away.refresh().catch(() => undefined) // the next change asks again
    this.#version = version
  }

  /** Where the stretch reaches what is known of the present, both are one. */
  #meetPresent(): void {
    const first = this.#timeline?.messages[0]?.seq ?? 0
    const away = this.away
    if (!away || !first || away.last < first - 1) return
    this.#timeline?.prepend({ messages: away.messages.filter((m) => m.seq < first), more: away.more, people: [] })
    this.#turn(undefined, away.last)
  }

  #turn(away: Away | undefined, until: number): void {
    this.#away.value = away
    this.#ground.turned(until)
  }

  get #timeline() {
    return this.#client.conversations.get(this.#ground.conversation)
  }
}
