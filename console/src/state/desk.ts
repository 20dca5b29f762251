// The agent's desk: seats and tickets of the site as the server last told. Pushed `ticket` and `seat` frames are applied
// by version; every (re)bind reads the whole desk again, so a frame that was lost while away costs nothing.

import type { Desk as DeskAnswer, Event, Person, Queue, Seat, Ticket } from "@wire/protocol"
import { computed, shallowRef, triggerRef } from "vue"
import type { ConsoleApi } from "./api"

export type Loaded = "loading" | "ready" | "failed"

export class Desk {
  readonly me: number
  readonly #api: ConsoleApi
  readonly #tickets = shallowRef(new Map<number, Ticket>())
  readonly #seats = shallowRef(new Map<number, Seat>())
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #waiting = computed(() => this.#list((t) => t.state === "waiting").sort(byTurn))
  readonly #mine = computed(() => this.#list((t) => isIn(t, this.me)))
  /** What came by push while the desk was being read: newer than the answer perhaps, so compared, not overwritten. */
  #touched: { tickets: Map<number, Ticket>; seats: Map<number, Seat> } | undefined
  #onTicket: (ticket: Ticket) => void = () => undefined

  constructor(api: ConsoleApi, me: number) {
    this.#api = api
    this.me = me
  }

  /** Hears of every ticket that came or changed. */
  onTicket(hear: (ticket: Ticket) => void): void {
    this.#onTicket = hear
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  get seat(): Seat | undefined {
    return this.#seats.value.get(this.me)
  }

  get seats(): Seat[] {
    return [...this.#seats.value.values()].sort((a, b) => rank(a) - rank(b) || a.person.id - b.person.id)
  }

  /** Everybody else with a role on the same sites. */
  get colleagues(): Seat[] {
    return this.seats.filter((seat) => seat.person.id !== this.me)
  }

  get people(): Person[] {
    return this.colleagues.map((seat) => seat.person)
  }

  here(person: number): boolean {
    const seat = this.#seats.value.get(person)
    return seat?.present === true && seat.state === "online"
  }

  get waiting(): Ticket[] {
    return this.#waiting.value
  }

  get mine(): Ticket[] {
    return this.#mine.value
  }

  ticket(id: number): Ticket | undefined {
    return this.#tickets.value.get(id)
  }

  /** The place in its queue, 1 is next; 0 when not waiting. */
  place(id: number): number {
    const queue = this.#tickets.value.get(id)?.queue_id
    return this.waiting.filter((t) => t.queue_id === queue).findIndex((t) => t.id === id) + 1
  }

  async load(): Promise<void> {
    const touched = (this.#touched = { tickets: new Map<number, Ticket>(), seats: new Map<number, Seat>() })
    try {
      this.#replace(await this.#api.desk(), touched)
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
    if (this.#touched === touched) this.#touched = undefined
  }

  async again(): Promise<void> {
    this.#loaded.value = "loading"
    await this.load()
  }

  apply(event: Event): void {
    if (event.type === "ticket") this.put(event.data as Ticket)
    if (event.type === "seat") this.#seatPut(event.data as Seat)
  }

  put(ticket: Ticket): void {
    this.#touched?.tickets.set(ticket.id, ticket)
    const known = this.#tickets.value.get(ticket.id)
    if (known && known.version >= ticket.version) return
    this.#tickets.value.set(ticket.id, ticket)
    triggerRef(this.#tickets)
    this.#onTicket(ticket)
  }

  async go(state: Seat["state"]): Promise<void> {
    this.#seatPut(await this.#api.seat(state))
  }

  async take(id: number): Promise<Ticket> {
    const ticket = await this.#api.take(id)
    this.put(ticket)
    return ticket
  }

  /** Passes a ticket on; a refusal is the caller's to show. */
  async transfer(id: number, to: { to_agent?: number; to_queue?: number }, note: string): Promise<void> {
    const clean = note.trim()
    this.put(await this.#api.transfer(id, clean ? { ...to, note: clean } : to))
  }

  /** The queues a ticket of this site may wait in. */
  async queues(site: number): Promise<Queue[]> {
    return (await this.#api.queues()).queues.filter((queue) => queue.site_id === site)
  }

  async invite(id: number, agent: number, note: string): Promise<void> {
    this.put(await this.#api.callIn(id, agent, note.trim()))
  }

  /** Leaves a ticket as a guest, or sends one away. */
  async leave(id: number, agent?: number): Promise<void> {
    this.put(await this.#api.leaveTicket(id, agent))
  }

  async join(id: number): Promise<void> {
    this.put(await this.#api.joinTicket(id))
  }

  async takeOver(id: number, reason: string): Promise<void> {
    this.put(await this.#api.takeOver(id, reason.trim()))
  }

  async inviteRating(id: number): Promise<void> {
    await this.#api.inviteRating(id)
  }

  async close(id: number): Promise<void> {
    this.put(await this.#api.close(id))
  }

  #seatPut(seat: Seat): void {
    this.#touched?.seats.set(seat.person.id, seat)
    const known = this.#seats.value.get(seat.person.id)
    if (known && known.version > seat.version) return
    this.#seats.value.set(seat.person.id, seat)
    triggerRef(this.#seats)
  }

  /** The answer is the truth of its moment; only what was pushed meanwhile may be newer, and what is closed stays known. */
  #replace(answer: DeskAnswer, touched: { tickets: Map<number, Ticket>; seats: Map<number, Seat> }): void {
    const tickets = new Map([...this.#tickets.value].filter(([, t]) => t.state === "closed"))
    for (const t of [...answer.waiting, ...answer.mine]) tickets.set(t.id, t)
    for (const t of touched.tickets.values()) if (t.version > (tickets.get(t.id)?.version ?? -1)) tickets.set(t.id, t)
    const seats = new Map([...answer.seats, answer.seat].map((s) => [s.person.id, s]))
    for (const s of touched.seats.values()) if (s.version >= (seats.get(s.person.id)?.version ?? -1)) seats.set(s.person.id, s)
    this.#tickets.value = tickets
    this.#seats.value = seats
  }

  #list(keep: (ticket: Ticket) => boolean): Ticket[] {
    return [...this.#tickets.value.values()].filter(keep)
  }
}

/** Whether somebody writes in a ticket, as its agent or as a guest. */
export function isIn(ticket: Ticket, person: number): boolean {
  return ticket.state === "open" && (ticket.agent?.id === person || ticket.guests.some((guest) => guest.id === person))
}

/** In a queue the higher priority goes first, then who came first. */
function byTurn(a: Ticket, b: Ticket): number {
  return b.priority - a.priority || a.opened_at.localeCompare(b.opened_at) || a.id - b.id
}

/** Reachable colleagues first. */
function rank(seat: Seat): number {
  return seat.state === "online" && seat.present ? 0 : seat.present ? 1 : 2
}
