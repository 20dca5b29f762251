// One open conversation, whatever it is about. Its messages come from two sources: the live timeline while one is a
// member, and pages for those who only read. Both are laid over what is already shown, so becoming a member, or ceasing
// to be one, never empties the screen.

import { Fault } from "@wire/api"
import type { Chosen, Client } from "@wire/client"
import type { MergedItem, Message, MessagePage, Person, Reply } from "@wire/protocol"
import type { Row, Timeline } from "@wire/timeline"
import { computed, shallowRef, triggerRef } from "vue"
import { actionsFor, replyTo, type Action } from "./actions"
import type { ConsoleApi } from "./api"
import type { Choosing } from "./choosing"
import type { Deeds } from "./deeds"
import { newId } from "./ids"
import type { Jumps } from "./jumps"
import { linesOf, type Line } from "./lines"
import { speaksTo } from "./naming"
import type { Note, Notes } from "./notes"
import { steady } from "./steady"

export type TalkState = "loading" | "ready" | "failed"

/** The server's limit, in characters as people count them. */
export const mostRunes = 4000

/** How long an own text may be edited; the server has the last word. */
const editWithin = 900_000

export abstract class Talk {
  readonly conversation: number
  /** What is written beside the conversation, where there is such a thing. */
  abstract readonly notes: Notes | undefined
  /** Who stands on the left alone, as a visitor does; 0 when everybody else does. */
  abstract readonly visitor: number
  /** Whether names stand over the messages. */
  get many(): boolean {
    return false
  }
  /** Where a mark divides what came before; 0: nowhere. */
  get partFrom(): number {
    return 0
  }

  /** Whether texts may be passed on to other conversations. */
  get forwards(): boolean {
    return false
  }

  /** Whom one may name here, oneself excepted. */
  get callable(): Person[] {
    return []
  }

  /** Whether one may name everybody at once. */
  get callsAll(): boolean {
    return false
  }

  /** Brings here who may be named and is not here yet. */
  readCallable(): Promise<void> {
    return Promise.resolve()
  }

  /** What names everybody, in every language. */
  protected readonly allWords: readonly string[] = ["all", "Everybody", "所有人"]

  /** What members do with each other's messages; undefined where there are no such members. */
  readonly deeds: Deeds | undefined = undefined
  /** Several messages that are chosen; undefined where nothing is passed on. */
  readonly choosing: Choosing | undefined = undefined
  /** The way to messages that are not loaded; undefined where there is none. */
  readonly jumps: Jumps | undefined = undefined

  /** Whose canned replies may be written here: a site's; 0: nobody's. */
  get site(): number {
    return 0
  }
  protected readonly api: ConsoleApi
  protected readonly client: Client
  readonly #past = shallowRef<Message[]>([])
  readonly #more = shallowRef(false)
  readonly #state = shallowRef<TalkState>("loading")
  readonly #busy = shallowRef(false)
  readonly #newFrom = shallowRef(0)
  readonly #answering = shallowRef<Message>()
  readonly #editing = shallowRef<{ message: Message; id: string }>()
  readonly #tick = shallowRef(0)
  readonly #people = shallowRef(new Map<number, Person>())
  readonly #lines = computed<Line[]>((before) => steady(before ?? [], this.#makeLines()))
  readonly #typists = computed(() => (this.#tick.value, this.client.typists(this.conversation)))
  #off: (() => void)[] = []
  /** Readings by page, counted: one that began before another that is shown already says nothing new. */
  #begun = 0
  #laid = 0
  /** What came while a page was on its way, which it may not have yet. */
  #meanwhile: Message[] = []
  #member = false
  #looking = false

  constructor(api: ConsoleApi, client: Client, conversation: number) {
    this.api = api
    this.client = client
    this.conversation = conversation
  }

  /** The newest page, or the one above a seq, for one who is no member. */
  protected abstract page(before?: number): Promise<MessagePage>

  /** Called once by whoever extends this, when it is whole. */
  protected begin(): void {
    const { client } = this
    const heard = (id: number): void => {
      if (id === this.conversation) this.refresh()
    }
    this.#off = [client.on("conversation", heard), client.on("typing", heard), client.on("list", () => this.refresh())]
    const timeline = this.timeline
    if (timeline) this.#newFrom.value = firstNew(timeline, client.me)
    this.refresh()
    if (!timeline) void this.load()
  }

  get state(): TalkState {
    return this.#state.value
  }

  get lines(): Line[] {
    return this.#lines.value
  }

  /** Whether there is history above. */
  get more(): boolean {
    return this.jumps?.away?.more ?? this.#more.value
  }

  get busy(): boolean {
    return this.#busy.value
  }

  get typing(): boolean {
    return this.#typists.value.length > 0
  }

  get typists(): number[] {
    return this.#typists.value
  }

  /** The own message whose text is being changed. */
  get editing(): Message | undefined {
    return this.#editing.value?.message
  }

  /** The message the next one replies to. */
  get answering(): Message | undefined {
    return this.#answering.value
  }

  person(id: number): Person | undefined {
    return (this.#tick.value, this.client.people.get(id)) ?? this.#people.value.get(id)
  }

  /** Reads the newest messages as one who is no member; false when it could not. */
  async load(): Promise<boolean> {
    if (this.#state.value === "failed") this.#state.value = "loading"
    const turn = ++this.#begun
    try {
      const page = await this.page()
      this.meet(page.people)
      if (this.timeline || turn < this.#laid) return true
      this.#laid = turn
      if (this.#lay(page.messages) === "replaced") this.#more.value = page.more
      this.#state.value = "ready"
      this.#join(this.#meanwhile)
      if (turn === this.#begun) this.#meanwhile = []
      return true
    } catch {
      if (this.#state.value === "loading") this.#state.value = "failed"
      return false
    }
  }

  /** What was said, or said otherwise, in a conversation one only reads; false when something before it is missing. */
  protected hear(messages: Message[], people: Person[]): boolean {
    if (this.timeline) return true
    this.meet(people)
    if (this.#begun > this.#laid) this.#meanwhile.push(...messages)
    return this.#join(messages)
  }

  #join(messages: Message[]): boolean {
    const list = [...this.#past.value]
    for (const message of messages) {
      const at = list.findIndex((m) => m.seq === message.seq)
      const known = list[at]
      if (known) list[at] = known.version < message.version ? message : known
      else if (message.seq === (list.at(-1)?.seq ?? 0) + 1) list.push(message)
      else if (message.seq > (list[0]?.seq ?? 0)) return false
    }
    this.#past.value = list
    triggerRef(this.#tick)
    return true
  }

  /** Reads one page above; false when it could not. */
  async older(): Promise<boolean> {
    const first = this.#shown()[0]
    if (!first || !this.more || this.#busy.value) return false
    this.#busy.value = true
    try {
      if (this.jumps?.away) await this.jumps.away.older()
      else if (this.timeline?.messages[0]?.seq === first.seq) await this.client.older(this.conversation) // where later changes find it
      else {
        const page = await (this.#member ? this.api.history(this.conversation, first.seq) : this.page(first.seq))
        this.meet(page.people)
        if (this.#shown()[0]?.seq !== first.seq) return false // a reset came in between
        this.#past.value = [...page.messages.filter((m) => m.seq < first.seq), ...this.#past.value]
        this.#more.value = page.more
      }
      await this.notes?.reach(this.#from)
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
    const named = speaksTo(clean, this.callable, this.callsAll ? this.allWords : [])
    this.client.outbox.add(this.conversation, { text: clean, ...named }, { reply: this.#quote() })
    return true
  }

  /** A picture or another file; it is shown at once and sent when it is at the server. */
  sendFile(chosen: Chosen): void {
    this.client.sendFile(this.conversation, chosen, this.#quote())
  }

  /** Chooses the message the next one replies to, or none. */
  answer(message: Message | undefined): void {
    this.#answering.value = message
  }

  actions(message: Message): Action[] {
    return actionsFor(message, { write: this.#member, recall: this.client.mayRecall(message), edit: this.#mayEdit(message), forward: this.forwards, report: this.forwards && message.sender_id !== this.client.me, ...(this.#member ? this.deeds?.may(message) : {}) })
  }

  async recall(message: Message): Promise<void> {
    await this.client.recall(message)
  }

  /** Begins to change an own text, or ends it. What replies to something else is not lost: it is a message of its own. */
  edit(message: Message | undefined): void {
    this.#answering.value = undefined
    this.#editing.value = message && { message, id: newId() }
  }

  /** Begins to change the last own message, if it is young enough. */
  editLast(): boolean {
    const last = this.#past.value.findLast((m) => m.sender_id === this.client.me && !m.recalled)
    if (!last || !this.#member || !this.#mayEdit(last)) return false
    this.edit(last)
    return true
  }

  /** Sends the changed text; a refusal, or a lost line, is thrown and leaves everything as it is. */
  async saveEdit(text: string): Promise<void> {
    const now = this.#editing.value
    const clean = text.trim()
    if (!now || !clean) return
    if (clean !== now.message.body.text) this.client.take(await this.api.edit(this.conversation, now.message.seq, now.id, clean))
    if (this.#editing.value === now) this.#editing.value = undefined
  }

  /** What a message said before. */
  edits(message: Message): Promise<{ text: string; at: string }[]> {
    return this.api.edits(message.conversation_id, message.seq)
  }

  /** What is in a merged message. */
  async merged(message: Message): Promise<MergedItem[]> {
    return (await this.api.merged(message.conversation_id, message.seq)).items
  }

  #mayEdit(message: Message): boolean {
    return message.sender_id === this.client.me && message.type === "text" && !message.recalled && Date.now() - Date.parse(message.created_at) < editWithin
  }

  links(file: number): ReturnType<Client["links"]["get"]> {
    return this.client.links.get(file)
  }

  /** A link did not work: the next one is asked for anew. */
  dropLinks(file: number): void {
    this.client.links.drop(file)
  }

  /** An own file that this page still has: what to show while the server's cannot be seen. */
  local(key: string): Blob | undefined {
    return this.client.outbox.file(key)
  }

  /** How much of an own file has left, 0 to 1. */
  share(key: string): number {
    return (this.#tick.value, this.client.outbox.upload(key)?.share ?? 0)
  }

  chooseAgain(key: string, chosen: Chosen): void {
    this.client.chooseAgain(key, chosen)
  }

  retry(id: string): void {
    this.client.outbox.retry(id)
  }

  discard(id: string): void {
    this.client.outbox.discard(id)
  }

  typed(): void {
    this.client.typing(this.conversation)
  }

  /** Displayed and focused: what is here counts as read. */
  look(looking: boolean): void {
    this.#looking = looking
    this.client.display(looking && this.timeline && !this.jumps?.away ? this.conversation : 0)
  }

  /** Says so again, after something else was displayed for a moment. */
  lookOn(): void {
    this.look(this.#looking)
  }

  leave(): void {
    this.client.display(0)
    for (const off of this.#off) off()
  }

  /** Notes on the stretch that is shown. */
  protected notesSince(at: string): Note[] {
    return this.notes?.since(at) ?? []
  }

  protected get timeline(): Timeline | undefined {
    const timeline = this.client.conversations.get(this.conversation)
    return timeline?.synced ? timeline : undefined
  }

  protected refresh(): void {
    const timeline = this.timeline
    if (timeline) this.#joined(timeline)
    else if (this.#member) {
      this.#member = false
      this.#answering.value = undefined
      this.#editing.value = undefined
      void this.load()
    }
    triggerRef(this.#tick)
    this.moved()
  }

  /** Something here changed. */
  protected moved(): void {}

  /** Whether a message is among those of the present. */
  has(seq: number): boolean {
    return this.#past.value.some((m) => m.seq === seq && !m.hidden)
  }

  #joined(timeline: Timeline): void {
    const from = timeline.members.get(this.client.me)?.join_seq ?? 1
    if ((this.#past.value[0]?.seq ?? from) < from) this.#past.value = this.#past.value.filter((m) => m.seq >= from) // cleared
    if (this.#lay(timeline.messages) === "replaced") this.#more.value = timeline.more(this.client.me)
    this.#member = true
    this.#state.value = "ready"
  }

  /** What is shown, from the first message on; the list laid last is right from its own first message on. */
  #shown(): Message[] {
    return this.jumps?.away?.messages ?? this.#past.value
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
  #quote(): Reply | undefined {
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
    const me = this.client.me
    const timeline = this.timeline
    const messages = this.#shown()
    return linesOf({
      rows: this.#rows(messages, me),
      notes: this.notesSince(this.#from),
      me,
      visitor: this.visitor,
      mark: (message) => timeline?.mark(message) ?? "none",
      newFrom: this.#newFrom.value,
      partFrom: this.partFrom,
    })
  }

  /** The log, then own messages that are not in it yet, matched by their client id. */
  #rows(messages: Message[], me: number): Row[] {
    const rows: Row[] = messages.map((message) => ({ key: message.sender_id === me && message.client_msg_id ? message.client_msg_id : `m${message.id}`, message, placed: true }))
    const own = new Set(messages.filter((m) => m.sender_id === me).map((m) => m.client_msg_id))
    if (this.jumps?.away) return rows
    const top = Math.max(messages.at(-1)?.seq ?? 0, this.timeline?.seq ?? 0) // what was cleared stands below it too
    for (const item of this.client.outbox.items(this.conversation)) {
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
