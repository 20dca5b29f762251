// The list beside the conversation: three tabs, their order, what is selected, what is unread.

import { Fault } from "@wire/api"
import type { Client } from "@wire/client"
import type { Message, Ticket, Watched } from "@wire/protocol"
import { computed, shallowRef, triggerRef } from "vue"
import type { ConsoleApi } from "./api"
import { isIn, type Desk, type Loaded } from "./desk"
import type { NoteFrame } from "./notes"
import { Visit } from "./visit"

export type Tab = "mine" | "waiting" | "closed"
/** `kind` tells what stands for a text where there is none. */
export type Preview = { text: string; kind: "text" | "image" | "file"; at: string; mine: boolean }

export const tabs: readonly Tab[] = ["mine", "waiting", "closed"]

export class Inbox {
  readonly #api: ConsoleApi
  readonly #client: Client
  readonly #desk: Desk
  readonly #tab = shallowRef<Tab>("mine")
  readonly #selected = shallowRef(0)
  readonly #talk = shallowRef<Visit>()
  readonly #tick = shallowRef(0)
  readonly #closed = shallowRef<Ticket[]>([])
  readonly #closedState = shallowRef<Loaded | "none">("none")
  readonly #closedMore = shallowRef(false)
  readonly #queue = shallowRef(0)
  readonly #mine = computed(() => this.#orderMine())
  /** The selected row keeps its rank while it is selected: it must not jump away because it was just read. */
  #rankedUnread = 0

  constructor(api: ConsoleApi, client: Client, desk: Desk) {
    this.#api = api
    this.#client = client
    this.#desk = desk
    client.on("conversation", () => triggerRef(this.#tick))
    client.on("list", () => triggerRef(this.#tick))
    desk.onTicket((ticket) => this.#hear(ticket))
  }

  get tab(): Tab {
    return this.#tab.value
  }

  get selected(): number {
    return this.#selected.value
  }

  get talk(): Visit | undefined {
    return this.#talk.value
  }

  get closedState(): Loaded | "none" {
    return this.#closedState.value
  }

  get closedMore(): boolean {
    return this.#closedMore.value
  }

  rows(tab: Tab = this.tab): Ticket[] {
    if (tab === "mine") return this.#mine.value
    return tab === "waiting" ? this.#desk.waiting : this.#closed.value
  }

  /** The queue the lists are narrowed to; 0 for none. */
  get queue(): number {
    return this.#queue.value
  }

  /** The rows of the open tab, of the chosen queue alone. */
  get shown(): Ticket[] {
    const { queue } = this
    return this.rows().filter((ticket) => queue === 0 || ticket.queue_id === queue)
  }

  /** The queues one may narrow the lists to: those of the tickets at hand, by name. */
  get queues(): { id: number; name: string }[] {
    const names = new Map([...this.#desk.waiting, ...this.#desk.mine, ...this.#closed.value].map((ticket) => [ticket.queue_id, ticket.queue]))
    return [...names].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id)
  }

  /** Narrows the lists to a queue; what is closed is asked for anew. */
  narrow(queue: number): void {
    this.#queue.value = queue
    if (this.#closedState.value === "none") return
    this.#closedState.value = "none"
    if (this.tab === "closed") void this.moreClosed()
  }

  unread(ticket: Ticket): number {
    this.#tick.value
    return isIn(ticket, this.#desk.me) ? this.#client.unread(ticket.conversation_id) : 0
  }

  get unreadInAll(): number {
    return this.#desk.mine.reduce((sum, ticket) => sum + this.unread(ticket), 0)
  }

  /** The last line of a row: the timeline knows own words before the ticket does. */
  preview(ticket: Ticket): Preview {
    this.#tick.value
    const messages = this.#client.conversations.get(ticket.conversation_id)?.messages ?? []
    const last = messages.findLast((m: Message) => m.type !== "system" && !m.recalled)
    if (ticket.state === "open" && last && last.created_at >= ticket.last_at) {
      return { text: last.body.text || last.body.name || "", kind: last.type === "image" || last.type === "file" ? last.type : "text", at: last.created_at, mine: last.sender_id === this.#desk.me }
    }
    return { text: ticket.last_text, kind: "text", at: ticket.last_at || ticket.opened_at, mine: false }
  }

  show(tab: Tab): void {
    this.#tab.value = tab
    if (tab === "closed" && this.#closedState.value !== "ready") void this.moreClosed()
  }

  /** Opens a ticket beside the list; 0 closes what is open. */
  select(id: number): void {
    const ticket = this.#find(id)
    const unread = ticket ? this.unread(ticket) : 0
    this.#selected.value = ticket ? id : 0
    this.#rankedUnread = unread > 0 ? id : 0
    triggerRef(this.#tick)
    if (ticket && this.#talk.value?.conversation === ticket.conversation_id) {
      this.#talk.value.follow(ticket)
      return
    }
    this.#talk.value?.leave()
    this.#talk.value = ticket ? new Visit(this.#api, this.#client, ticket) : undefined
  }

  /** A note was pushed; only the open conversation shows notes. */
  note({ ticket_id, message }: NoteFrame): void {
    const talk = this.#talk.value
    if (!talk || (talk.ticket.id !== ticket_id && this.#find(ticket_id)?.conversation_id !== talk.conversation)) return
    const seat = this.#desk.seats.find((s) => s.person.id === message.sender_id)
    if (seat) talk.meet([seat.person])
    talk.notes.apply(message)
  }

  /** What happened in a conversation that is looked into. */
  watched(frame: Watched): void {
    if (this.#talk.value?.conversation === frame.conversation_id) this.#talk.value.watched(frame)
  }

  /** Opens a ticket that may not be in any list here, as after a reload or from a link. */
  async open(id: number): Promise<void> {
    try {
      if (!this.#find(id)) this.#desk.put((await this.#api.ticket(id)).ticket)
      this.select(id)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  }

  /** After the desk was read again: what is open may have changed or ended while away. */
  async recheck(): Promise<void> {
    const id = this.selected
    const known = this.#desk.ticket(id)
    if (known) this.#hear(known)
    else if (id) await this.#reread(id)
    this.#talk.value?.lookAgain()
    await this.#talk.value?.notes.load()
    if (this.#closedState.value === "ready") await this.#closedPage(undefined)
  }

  async take(id: number): Promise<void> {
    await this.#desk.take(id)
    this.#tab.value = "mine"
    this.select(id)
  }

  /** The next page of closed tickets, or the first. */
  async moreClosed(): Promise<void> {
    await this.#closedPage(this.#closedState.value === "none" ? undefined : this.#closed.value.at(-1)?.id)
  }

  /** The row `step` below or above the given one; the first when there is none. */
  neighbour(id: number, step: 1 | -1): Ticket | undefined {
    const rows = this.shown
    const at = rows.findIndex((t) => t.id === id)
    if (at < 0) return rows[0]
    return rows[Math.min(rows.length - 1, Math.max(0, at + step))]
  }

  async #closedPage(before: number | undefined): Promise<void> {
    if (this.#closedState.value !== "ready") this.#closedState.value = "loading"
    const queue = this.queue
    try {
      const page = await this.#api.closedTickets(before, undefined, queue || undefined)
      if (queue !== this.queue) return
      const known = before === undefined ? [] : this.#closed.value
      this.#closed.value = unique([...known, ...page.tickets])
      this.#closedMore.value = page.more
      this.#closedState.value = "ready"
    } catch {
      if (this.#closedState.value === "loading") this.#closedState.value = "failed"
    }
  }

  async #reread(id: number): Promise<void> {
    try {
      this.#desk.put((await this.#api.ticket(id)).ticket)
    } catch (error) {
      if (error instanceof Fault && error.status === 404) this.select(0)
    }
  }

  #find(id: number): Ticket | undefined {
    return this.#desk.ticket(id) ?? this.#closed.value.find((t) => t.id === id)
  }

  #hear(ticket: Ticket): void {
    if (ticket.state === "closed" && this.#closedState.value === "ready") this.#closed.value = unique([ticket, ...this.#closed.value])
    const talk = this.#talk.value
    if (!talk || talk.conversation !== ticket.conversation_id) return
    // The visitor of an ended ticket came back: the same conversation goes on under the new one.
    const cameBack = talk.ticket.state === "closed" && ticket.state !== "closed" && ticket.id > talk.ticket.id
    if (cameBack) this.#selected.value = ticket.id
    if (cameBack || ticket.id === talk.ticket.id) talk.follow(ticket)
  }

  #orderMine(): Ticket[] {
    this.#tick.value
    const key = (t: Ticket): number => (this.unread(t) > 0 || t.id === this.#rankedUnread ? 1 : 0)
    return [...this.#desk.mine].sort((a, b) => key(b) - key(a) || this.preview(b).at.localeCompare(this.preview(a).at) || b.id - a.id)
  }
}

/** Newest first by id, one row each; the first of equals wins. */
function unique(tickets: Ticket[]): Ticket[] {
  const seen = new Map<number, Ticket>()
  for (const ticket of tickets) if (!seen.has(ticket.id)) seen.set(ticket.id, ticket)
  return [...seen.values()].sort((a, b) => b.id - a.id)
}
