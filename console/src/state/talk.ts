// One open conversation. Its messages come from two sources: the live timeline while the agent is a member, and pages
// read by role for waiting and closed tickets. Both are laid over what is already shown, so taking or closing a ticket
// never empties the screen.

import { Fault } from "@wire/api"
import type { Chosen, Client } from "@wire/client"
import type { Message, Person, Ticket } from "@wire/protocol"
import type { Row, Timeline } from "@wire/timeline"
import { computed, shallowRef, triggerRef, type ShallowRef } from "vue"
import { visitorOf } from "../parts/faces"
import { actionsFor, replyTo, type Action } from "./actions"
import type { ConsoleApi } from "./api"
import { linesOf, type Line } from "./lines"
import { Notes } from "./notes"

export type TalkState = "loading" | "ready" | "failed"

/** The server's limit, in characters as people count them. */
export const mostRunes = 4000

export class Talk {
  readonly conversation: number
  readonly notes: Notes
  readonly #api: ConsoleApi
  readonly #client: Client
  readonly #ticket: ShallowRef<Ticket>
  readonly #past = shallowRef<Message[]>([])
  readonly #more = shallowRef(false)
  readonly #state = shallowRef<TalkState>("loading")
  readonly #busy = shallowRef(false)
  readonly #newFrom = shallowRef(0)
  readonly #answering = shallowRef<Message>()
  readonly #tick = shallowRef(0)
  readonly #people = shallowRef(new Map<number, Person>())
  readonly #lines = computed(() => this.#makeLines())
  readonly #typing = computed(() => (this.#tick.value, this.#client.typists(this.conversation).length > 0))
  readonly #off: (() => void)[]
  readonly #marksPart: boolean
  #member = false

  /** `past` marks where the ticket's own part of the conversation begins. */
  constructor(api: ConsoleApi, client: Client, ticket: Ticket, past = false) {
    this.#marksPart = past
    this.#api = api
    this.#client = client
    this.conversation = ticket.conversation_id
    this.#ticket = shallowRef(ticket)
    this.notes = new Notes(api, client.me, () => this.ticket.id, (people) => this.meet(people))
    const heard = (id: number): void => {
      if (id === this.conversation) this.#refresh()
    }
    this.#off = [client.on("conversation", heard), client.on("typing", heard), client.on("list", () => this.#refresh())]
    const timeline = this.#timeline
    if (timeline) this.#newFrom.value = firstNew(timeline, client.me)
    this.#refresh()
    if (!timeline) void this.load()
    void this.notes.load()
  }

  get state(): TalkState {
    return this.#state.value
  }

  get lines(): Line[] {
    return this.#lines.value
  }

  /** Whether there is history above. */
  get more(): boolean {
    return this.#more.value
  }

  get busy(): boolean {
    return this.#busy.value
  }

  get typing(): boolean {
    return this.#typing.value
  }

  /** The message the next one replies to. */
  get answering(): Message | undefined {
    return this.#answering.value
  }

  get ticket(): Ticket {
    return this.#ticket.value
  }

  /** The ticket changed; in a conversation one only reads, that may mean there is something new to read. */
  follow(ticket: Ticket): void {
    const before = this.#ticket.value
    this.#ticket.value = ticket
    if (!this.#timeline && (ticket.version !== before.version || ticket.id !== before.id)) void this.load()
  }

  person(id: number): Person | undefined {
    if (id === this.ticket.visitor.id) return visitorOf(this.ticket)
    if (id === this.ticket.agent?.id) return this.ticket.agent
    return (this.#tick.value, this.#client.people.get(id)) ?? this.#people.value.get(id)
  }

  /** Reads the newest messages by role. */
  async load(): Promise<void> {
    if (this.#state.value === "failed") this.#state.value = "loading"
    try {
      const page = await this.#api.ticketMessages(this.ticket.id)
      this.meet(page.people)
      if (this.#timeline) return
      if (this.#lay(page.messages) === "replaced") this.#more.value = page.more
      this.#state.value = "ready"
    } catch {
      if (this.#state.value === "loading") this.#state.value = "failed"
    }
  }

  /** Reads one page above; false when it could not. */
  async older(): Promise<boolean> {
    const first = this.#shown()[0]
    if (!first || !this.more || this.#busy.value) return false
    this.#busy.value = true
    try {
      const page = await (this.#member ? this.#api.history(this.conversation, first.seq) : this.#api.ticketMessages(this.ticket.id, first.seq))
      this.meet(page.people)
      if (this.#shown()[0]?.seq !== first.seq) return false // a reset came in between
      this.#past.value = [...page.messages.filter((m) => m.seq < first.seq), ...this.#past.value]
      this.#more.value = page.more
      await this.notes.reach(this.#from)
      return true
    } catch (error) {
      if (error instanceof Fault) return false
      throw error
    } finally {
      this.#busy.value = false
    }
  }

  send(text: string): boolean {
    const clean = text.trim()
    if (!clean || [...clean].length > mostRunes) return false
    this.#client.send(this.conversation, clean, this.#quote())
    return true
  }

  /** A picture or another file; it is shown at once and sent when it is at the server. */
  sendFile(chosen: Chosen): void {
    this.#client.sendFile(this.conversation, chosen, this.#quote())
  }

  /** Chooses the message the next one replies to, or none. */
  answer(message: Message | undefined): void {
    this.#answering.value = message
  }

  actions(message: Message): Action[] {
    return actionsFor(message, { write: this.#member, recall: this.#client.mayRecall(message) })
  }

  async recall(message: Message): Promise<void> {
    await this.#client.recall(message)
  }

  links(file: number): ReturnType<Client["links"]["get"]> {
    return this.#client.links.get(file)
  }

  /** A link did not work: the next one is asked for anew. */
  dropLinks(file: number): void {
    this.#client.links.drop(file)
  }

  /** An own file that this page still has: what to show while the server's cannot be seen. */
  local(key: string): Blob | undefined {
    return this.#client.outbox.file(key)
  }

  /** How much of an own file has left, 0 to 1. */
  share(key: string): number {
    return (this.#tick.value, this.#client.outbox.upload(key)?.share ?? 0)
  }

  chooseAgain(key: string, chosen: Chosen): void {
    this.#client.chooseAgain(key, chosen)
  }

  retry(id: string): void {
    this.#client.outbox.retry(id)
  }

  discard(id: string): void {
    this.#client.outbox.discard(id)
  }

  typed(): void {
    this.#client.typing(this.conversation)
  }

  /** Displayed and focused: what is here counts as read. */
  look(looking: boolean): void {
    this.#client.display(looking && this.#timeline ? this.conversation : 0)
  }

  leave(): void {
    this.#client.display(0)
    for (const off of this.#off) off()
  }

  get #timeline(): Timeline | undefined {
    const timeline = this.#client.conversations.get(this.conversation)
    return timeline?.synced ? timeline : undefined
  }

  #refresh(): void {
    const timeline = this.#timeline
    if (timeline) this.#joined(timeline)
    else if (this.#member) {
      this.#member = false
      this.#answering.value = undefined
      void this.load()
    }
    triggerRef(this.#tick)
  }

  #joined(timeline: Timeline): void {
    if (this.#lay(timeline.messages) === "replaced") this.#more.value = timeline.more(this.#client.me)
    this.#member = true
    this.#state.value = "ready"
  }

  /** What is shown, from the first message on; the list laid last is right from its own first message on. */
  #shown(): Message[] {
    return this.#past.value
  }

  /** Lays a newer stretch over what is shown; what is above stays when nothing is missing in between. */
  #lay(list: Message[]): "kept" | "replaced" {
    const first = list[0]
    if (!first) return this.#past.value.length > 0 ? "kept" : "replaced"
    const above = this.#past.value.filter((m) => m.seq < first.seq)
    const joins = above.length > 0 && (above.at(-1) as Message).seq === first.seq - 1
    const starts = this.#past.value[0]?.seq === first.seq
    this.#past.value = joins ? [...above, ...list] : list
    return joins || starts ? "kept" : "replaced"
  }

  /** The moment from which on everything is shown. */
  get #from(): string {
    return this.more ? (this.#shown()[0]?.created_at ?? "") : ""
  }

  /** The quote of the message being replied to, once. */
  #quote() {
    const message = this.#answering.value
    this.#answering.value = undefined
    return message && replyTo(message)
  }

  /** People who write here without being members, as in notes. */
  meet(people: Person[]): void {
    for (const person of people) this.#people.value.set(person.id, person)
    triggerRef(this.#people)
  }

  #makeLines(): Line[] {
    this.#tick.value
    const me = this.#client.me
    const timeline = this.#timeline
    const messages = this.#past.value
    return linesOf({
      rows: this.#rows(messages, me),
      notes: this.notes.since(this.#from),
      me,
      visitor: this.ticket.visitor.id,
      mark: (message) => timeline?.mark(message) ?? "none",
      newFrom: this.#newFrom.value,
      partFrom: this.#marksPart ? this.ticket.from_seq : 0,
    })
  }

  /** The log, then own messages that are not in it yet, matched by their client id. */
  #rows(messages: Message[], me: number): Row[] {
    const rows: Row[] = messages.map((message) => ({ key: message.sender_id === me && message.client_msg_id ? message.client_msg_id : `m${message.id}`, message, placed: true }))
    const own = new Set(messages.filter((m) => m.sender_id === me).map((m) => m.client_msg_id))
    const top = messages.at(-1)?.seq ?? 0
    for (const item of this.#client.outbox.items(this.conversation)) {
      if (own.has(item.client_msg_id) || (item.message && item.message.seq <= top)) continue
      rows.push({ key: item.client_msg_id, item, placed: false })
    }
    return rows
  }
}

/** Where reading ended, when there is something after it that others wrote and something before it that was read. */
function firstNew(timeline: Timeline, me: number): number {
  const read = timeline.members.get(me)?.read ?? 0
  if (read === 0) return 0
  return timeline.messages.find((m) => m.seq > read && m.sender_id !== me && m.type !== "system" && !m.recalled)?.seq ?? 0
}
