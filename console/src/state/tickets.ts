// The list of tickets in the back office: narrowed by a filter, read page by page, with one of them open beside it.

import { Fault } from "@wire/api"
import type { Client } from "@wire/client"
import type { Ticket } from "@wire/protocol"
import { shallowRef } from "vue"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"
import { Visit } from "./visit"
import { queryOf, type TicketFilter } from "./ticketfilter"

const page = 100

export class Tickets {
  readonly #api: ConsoleApi
  /** Not connected: conversations are read by role here. */
  readonly #client: Client
  readonly #now: () => number
  readonly #filter = shallowRef<TicketFilter>({})
  readonly #rows = shallowRef<Ticket[]>([])
  readonly #more = shallowRef(false)
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #busy = shallowRef(false)
  readonly #refusal = shallowRef("")
  readonly #talk = shallowRef<Visit>()
  readonly #lost = shallowRef(false)
  /** The newest reading; what an older one answers is not for this filter any more. */
  #reading = 0
  #wanted = 0

  constructor(api: ConsoleApi, client: Client, now = Date.now) {
    this.#api = api
    this.#client = client
    this.#now = now
  }

  get filter(): TicketFilter {
    return this.#filter.value
  }

  get rows(): Ticket[] {
    return this.#rows.value
  }

  get more(): boolean {
    return this.#more.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** Why the server refused the filter, in words for a person. */
  get refusal(): string {
    return this.#refusal.value
  }

  /** The conversation of the ticket that is open. */
  get talk(): Visit | undefined {
    return this.#talk.value
  }

  /** The ticket that was asked for is not there, or not for this person. */
  get lost(): boolean {
    return this.#lost.value
  }

  async show(filter: TicketFilter): Promise<void> {
    this.#filter.value = filter
    this.#rows.value = []
    this.#more.value = false
    this.#loaded.value = "loading"
    await this.refresh()
  }

  /** Reads the first page again. */
  async refresh(): Promise<void> {
    await this.#read(undefined)
  }

  async next(): Promise<void> {
    const last = this.#rows.value.at(-1)
    if (last && this.#more.value && !this.#busy.value) await this.#read(last.id)
  }

  /** Opens a ticket, from the list or from a link; 0 closes what is open. */
  async open(id: number): Promise<void> {
    if (id === this.#wanted && !this.#lost.value) return // it is there, or on its way
    this.#wanted = id
    this.#lost.value = false
    if (!id) return this.#lay(undefined)
    const known = this.#rows.value.find((ticket) => ticket.id === id)
    if (known) return this.#lay(known)
    try {
      const { ticket } = await this.#api.ticket(id)
      if (this.#wanted === id) this.#lay(ticket)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (this.#wanted !== id) return
      this.#lay(undefined)
      this.#lost.value = true
    }
  }

  /** The row `step` below or above the one with this id; the first when there is none. */
  neighbour(id: number, step: 1 | -1): Ticket | undefined {
    const at = this.rows.findIndex((ticket) => ticket.id === id)
    return at < 0 ? this.rows[0] : this.rows[Math.min(this.rows.length - 1, Math.max(0, at + step))]
  }

  #lay(ticket: Ticket | undefined): void {
    if (ticket && this.#talk.value?.ticket.id === ticket.id) return
    this.#talk.value?.leave()
    this.#talk.value = ticket && new Visit(this.#api, this.#client, ticket, true)
  }

  async #read(before: number | undefined): Promise<void> {
    const reading = ++this.#reading
    this.#busy.value = true
    try {
      const answer = await this.#api.tickets({ ...queryOf(this.filter, this.#now()), ...(before && { before }), limit: page })
      if (reading !== this.#reading) return
      this.#rows.value = before ? [...this.rows, ...answer.tickets] : answer.tickets
      this.#more.value = answer.more
      this.#loaded.value = "ready"
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (reading === this.#reading && this.#loaded.value === "loading") this.#loaded.value = "failed"
      this.#refusal.value = error.status >= 400 && error.status < 500 ? error.message : ""
    } finally {
      if (reading === this.#reading) this.#busy.value = false
    }
  }
}
