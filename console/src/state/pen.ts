// What the next words are beside a new message: an answer to one, or another text of an own one.

import type { Client } from "@wire/client"
import type { Message, Reply } from "@wire/protocol"
import { shallowRef } from "vue"
import { replyTo } from "./actions"
import type { ConsoleApi } from "./api"
import { newId } from "./ids"

/** How long an own text may be edited; the server has the last word. */
const editWithin = 900_000

export class Pen {
  readonly #api: ConsoleApi
  readonly #client: Client
  readonly #answering = shallowRef<Message>()
  readonly #editing = shallowRef<{ message: Message; id: string }>()

  constructor(api: ConsoleApi, client: Client) {
    this.#api = api
    this.#client = client
  }

  /** The message the next one replies to. */
  get answering(): Message | undefined {
    return this.#answering.value
  }

  /** The own message whose text is being changed. */
  get editing(): Message | undefined {
    return this.#editing.value?.message
  }

  /** Chooses the message the next one replies to, or none. */
  answer(message: Message | undefined): void {
    this.#answering.value = message
  }

  /** Begins to change an own text, or ends it. What replies to something else is not lost: it is a message of its own. */
  edit(message: Message | undefined): void {
    this.#answering.value = undefined
    this.#editing.value = message && { message, id: newId() }
  }

  mayEdit(message: Message): boolean {
    return message.sender_id === this.#client.me && message.type === "text" && !message.recalled && Date.now() - Date.parse(message.created_at) < editWithin
  }

  /** Begins to change the last own message, if it is young enough. */
  editLast(log: readonly Message[]): boolean {
    const last = log.findLast((m) => m.sender_id === this.#client.me && !m.recalled)
    if (!last || !this.mayEdit(last)) return false
    this.edit(last)
    return true
  }

  /** Sends the changed text; a refusal, or a lost line, is thrown and leaves everything as it is. */
  async save(text: string): Promise<void> {
    const now = this.#editing.value
    const clean = text.trim()
    if (!now || !clean) return
    if (clean !== now.message.body.text) this.#client.take(await this.#api.edit(now.message.conversation_id, now.message.seq, now.id, clean))
    if (this.#editing.value === now) this.#editing.value = undefined
  }

  /** The quote of the message being replied to, once. */
  quote(): Reply | undefined {
    const message = this.#answering.value
    this.#answering.value = undefined
    return message && replyTo(message)
  }
}
