// The conversation with a visitor, as the ticket that is open or was chosen shows it: with the team's notes beside it.

import type { Client } from "@wire/client"
import type { MessagePage, Person, Ticket, Watched } from "@wire/protocol"
import { shallowRef, type ShallowRef } from "vue"
import { visitorOf } from "../parts/faces"
import type { ConsoleApi } from "./api"
import { Notes } from "./notes"
import { Lookout } from "./lookout"
import { Talk } from "./talk"

export class Visit extends Talk {
  readonly notes: Notes
  readonly #ticket: ShallowRef<Ticket>

  readonly #marksPart: boolean
  /** For who looks on without being in it. */
  readonly lookout: Lookout

  /** `past` marks where the ticket's own part of the conversation begins. */
  constructor(api: ConsoleApi, client: Client, ticket: Ticket, past = false) {
    super(api, client, ticket.conversation_id)
    this.#marksPart = past
    this.#ticket = shallowRef(ticket)
    this.notes = new Notes(api, client.me, () => this.ticket.id, (people) => this.meet(people))
    this.lookout = new Lookout({ api, ticket: () => this.ticket.id, hear: (messages, people) => this.hear(messages, people), load: () => this.load() })
    this.begin()
    void this.notes.load()
  }

  get ticket(): Ticket {
    return this.#ticket.value
  }

  get visitor(): number {
    return this.ticket.visitor.id
  }

  override get partFrom(): number {
    return this.#marksPart ? this.ticket.from_seq : 0
  }

  override get site(): number {
    return this.ticket.site_id
  }

  /** The ticket changed; in a conversation one only reads, that may mean there is something new to read. */
  follow(ticket: Ticket): void {
    const before = this.#ticket.value
    this.#ticket.value = ticket
    if (!this.timeline && (ticket.version !== before.version || ticket.id !== before.id)) void this.load()
  }

  /** Whether this is looked into without being in it; nobody is told. */
  watch(on: boolean): void {
    if (on) this.lookout.start()
    else this.lookout.stop()
  }

  /** The line was lost: whoever looked on has to say so again. */
  lookAgain(): void {
    void this.lookout.ask()
  }

  watched(frame: Watched): void {
    this.lookout.apply(frame)
  }

  override leave(): void {
    this.lookout.stop()
    super.leave()
  }

  override person(id: number): Person | undefined {
    if (id === this.ticket.visitor.id) return visitorOf(this.ticket)
    if (id === this.ticket.agent?.id) return this.ticket.agent
    const guest = this.ticket.guests.find((one) => one.id === id)
    if (guest) return guest
    return super.person(id)
  }

  /** By role. */
  protected page(before?: number): Promise<MessagePage> {
    return this.api.ticketMessages(this.ticket.id, before)
  }
}
