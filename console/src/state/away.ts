// A stretch of history far from the newest messages: where a jump leads. It has no holes, and grows at both ends until it
// meets what is known of the present.

import type { Message, MessagePage, Person } from "@wire/protocol"
import { shallowRef } from "vue"

const page = 50
/** The most the server reads at once. */
const most = 200

export type Read = (before: number, limit: number) => Promise<MessagePage>

export class Away {
  readonly #read: Read
  readonly #meet: (people: Person[]) => void
  readonly #messages = shallowRef<Message[]>([])
  readonly #more = shallowRef(false)
  #fresh: Promise<void> | undefined
  #stale = false

  constructor(read: Read, meet: (people: Person[]) => void) {
    this.#read = read
    this.#meet = meet
  }

  get messages(): Message[] {
    return this.#messages.value
  }

  /** Whether there is more above. */
  get more(): boolean {
    return this.#more.value
  }

  get last(): number {
    return this.messages.at(-1)?.seq ?? 0
  }

  /** Reads around a message; false when it is not there to be seen. */
  async open(seq: number): Promise<boolean> {
    const found = await this.#take(seq + page / 2, page)
    this.#messages.value = found.messages
    this.#more.value = found.more
    return this.has(seq)
  }

  has(seq: number): boolean {
    return this.messages.some((m) => m.seq === seq && !m.hidden)
  }

  async older(): Promise<void> {
    const first = this.messages[0]?.seq ?? 0
    const found = await this.#take(first, page)
    if (this.messages[0]?.seq !== first) return
    this.#messages.value = [...found.messages, ...this.messages]
    this.#more.value = found.more
  }

  async newer(): Promise<void> {
    const last = this.last
    const found = await this.#take(last + page + 1, page)
    if (this.last === last) this.#messages.value = [...this.messages, ...found.messages.filter((m) => m.seq > last)]
  }

  /** Reads again what is here, after something changed; what is asked for meanwhile is one more reading. */
  async refresh(): Promise<void> {
    if (this.#fresh) this.#stale = true
    this.#fresh ??= this.#again().finally(() => (this.#fresh = undefined))
    await this.#fresh
  }

  async #again(): Promise<void> {
    do {
      this.#stale = false
      const now = new Map((await this.#take(this.last + 1, Math.min(most, this.messages.length || 1))).messages.map((m) => [m.seq, m]))
      this.#messages.value = this.messages.map((m) => now.get(m.seq) ?? m)
    } while (this.#stale)
  }

  async #take(before: number, limit: number): Promise<MessagePage> {
    const found = await this.#read(before, limit)
    this.#meet(found.people)
    return found
  }
}
