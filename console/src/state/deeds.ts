// What members do with each other's messages: signs under them, pins, and taking them out of one's own view. What comes
// of it is pushed.

import type { Client } from "@wire/client"
import type { Message, Person, ReactorPage } from "@wire/protocol"
import type { May } from "./actions"
import type { ConsoleApi } from "./api"
import { Pins } from "./pins"

export class Deeds {
  /** What is on top of the conversation. */
  readonly pins: Pins
  readonly #api: ConsoleApi
  readonly #client: Client
  readonly #conversation: number
  readonly #meet: (people: Person[]) => void

  constructor(api: ConsoleApi, client: Client, conversation: number, meet: (people: Person[]) => void) {
    this.#api = api
    this.#client = client
    this.#conversation = conversation
    this.#meet = meet
    this.pins = new Pins(() => api.pins(conversation))
  }

  /** What may be done beside what may be done anywhere. */
  may(message: Message): Pick<May, "pin" | "hide"> {
    const { members, header } = this.#timeline ?? {}
    const role = members?.get(this.#client.me)?.role
    const manages = header?.kind === "direct" || role === "owner" || role === "admin"
    return { hide: true, pin: manages && !header?.dissolved ? (this.pins.has(message.seq) ? "unpin" : "pin") : undefined }
  }

  mayReact(message: Message): boolean {
    const timeline = this.#timeline
    return timeline !== undefined && !timeline.header?.dissolved && !timeline.header?.closed && !message.recalled && message.type !== "system"
  }

  async react(message: Message, sign: string, on: boolean): Promise<void> {
    this.#client.take(await this.#api.react(this.#conversation, message.seq, sign, on))
  }

  async reactors(message: Message, after: number): Promise<ReactorPage> {
    const page = await this.#api.reactors(this.#conversation, message.seq, after)
    this.#meet(page.people)
    return page
  }

  /** Puts a message on top for everybody, or takes it down. */
  async pin(message: Message, on: boolean): Promise<void> {
    await this.#api.pin(this.#conversation, message.seq, on)
  }

  /** Takes a message out of one's own view, on all one's devices. */
  async hide(message: Message): Promise<void> {
    await this.#api.hide(this.#conversation, message.seq)
  }

  /** Takes all that is here now out of one's own view. */
  async clear(): Promise<void> {
    const upTo = this.#timeline?.seq ?? 0
    if (upTo > 0) await this.#api.clear(this.#conversation, upTo)
    await this.#client.sync()
  }

  /** Something in the conversation changed. */
  moved(): void {
    const timeline = this.#timeline
    if (!timeline) return
    void this.pins.follow(timeline.header?.pins ?? 0)
    this.pins.see(timeline.messages)
  }

  get #timeline() {
    const timeline = this.#client.conversations.get(this.#conversation)
    return timeline?.synced ? timeline : undefined
  }
}
