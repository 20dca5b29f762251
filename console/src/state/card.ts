// What is known of the open ticket besides its messages: who had it, why, and for how long. Read again when it changes.

import type { MemberApi } from "@wire/api_member"
import type { Assignment, Ticket, TicketEvent } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Loaded } from "./desk"

export class Card {
  readonly #api: MemberApi
  readonly #history = shallowRef<Assignment[]>([])
  readonly #events = shallowRef<TicketEvent[]>([])
  readonly #loaded = shallowRef<Loaded>("loading")
  #of = { id: 0, agent: 0, state: "", moved: "" }

  constructor(api: MemberApi) {
    this.#api = api
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** Everybody who had it, oldest first. */
  get history(): Assignment[] {
    return this.#history.value
  }

  /** What was decided about it beside, oldest first. */
  get events(): TicketEvent[] {
    return this.#events.value
  }

  /** The newest assignment. */
  get now(): Assignment | undefined {
    return this.#history.value.at(-1)
  }

  /** Those before, newest first. */
  get before(): Assignment[] {
    return this.#history.value.slice(0, -1).reverse()
  }

  /** Follows the open ticket; a new message alone changes nothing here. */
  async show(ticket: Ticket): Promise<void> {
    const of = { id: ticket.id, agent: ticket.agent?.id ?? 0, state: ticket.state, moved: `${ticket.queue_id} ${ticket.priority} ${ticket.nudged}` }
    if (of.id === this.#of.id && of.agent === this.#of.agent && of.state === this.#of.state && of.moved === this.#of.moved && this.loaded !== "failed") return
    if (of.id !== this.#of.id) {
      this.#history.value = []
      this.#events.value = []
      this.#loaded.value = "loading"
    }
    this.#of = of
    try {
      const { history, events } = await this.#api.ticket(of.id)
      if (this.#of !== of) return
      this.#history.value = [...history].sort((a, b) => a.id - b.id)
      this.#events.value = events
      this.#loaded.value = "ready"
    } catch {
      if (this.#of === of) this.#loaded.value = "failed"
    }
  }
}
