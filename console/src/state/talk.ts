// One open conversation, whatever it is about: what of it is here and shown, and what one does in it.

import { Fault } from "@wire/api"
import type { Chosen, Client } from "@wire/client"
import type { MergedItem, Message, MessagePage, Person } from "@wire/protocol"
import type { Timeline } from "@wire/timeline"
import { computed, shallowRef, triggerRef } from "vue"
import { actionsFor, type Action } from "./actions"
import type { ConsoleApi } from "./api"
import type { Choosing } from "./choosing"
import type { Deeds } from "./deeds"
import type { Jumps } from "./jumps"
import { firstNew, linesOf, rowsOf, type Line } from "./lines"
import { Log } from "./log"
import { speaksTo } from "./naming"
import type { Note, Notes } from "./notes"
import { Pen } from "./pen"
import { steady } from "./steady"
import { Stretch } from "./stretch"

export type TalkState = "loading" | "ready" | "failed"

/** The server's limit, in characters as people count them. */
export const mostRunes = 4000

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

  /** In slow mode, how many ms lie between two of one's messages, and from when on one may write again; 0: not at all. */
  get slowStep(): number {
    return 0
  }

  get slowUntil(): number {
    return 0
  }

  /** How many own messages wait to be sent. */
  get queued(): number {
    void this.lines
    return this.client.outbox.items(this.conversation).filter((item) => item.state === "waiting").length
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
  /** What the next words are. */
  readonly pen: Pen
  readonly #log = new Log()
  readonly #stretch = new Stretch()
  readonly #state = shallowRef<TalkState>("loading")
  readonly #busy = shallowRef(false)
  readonly #newFrom = shallowRef(0)
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
    this.pen = new Pen(api, client)
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
    if (timeline) this.#newFrom.value = firstNew(timeline.messages, timeline.members.get(client.me)?.read ?? 0, client.me)
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
    return this.#stretch.above(this.#whole) || (this.jumps?.away?.more ?? this.#log.more)
  }

  /** Whether what is shown does not reach down to the newest message. */
  get apart(): boolean {
    return this.jumps?.away !== undefined || this.#stretch.below(this.#whole)
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
      this.#log.lay(page.messages, () => page.more)
      this.#state.value = "ready"
      this.#log.join(this.#meanwhile)
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
    return this.#log.join(messages)
  }

  /** Shows what is above, reading a page when it is not here; false when that could not be done. */
  async older(): Promise<boolean> {
    const first = this.#whole[0]
    if (!first || !this.more || this.#busy.value) return false
    if (this.#stretch.up(this.#whole)) {
      this.lookOn()
      return true
    }
    this.#busy.value = true
    try {
      if (this.jumps?.away) await this.jumps.away.older()
      else if (this.timeline?.messages[0]?.seq === first.seq) await this.client.older(this.conversation) // where later changes find it
      else {
        const page = await (this.#member ? this.api.history(this.conversation, first.seq) : this.page(first.seq))
        this.meet(page.people)
        if (!this.#log.above(first.seq, page)) return false // a reset came in between
      }
      if (this.#stretch.up(this.#whole)) this.lookOn()
      await this.notes?.reach(this.#from)
      return true
    } catch (error) {
      if (error instanceof Fault) return false
      throw error
    } finally {
      this.#busy.value = false
    }
  }

  /** Shows what is below, reading it where a jump led; nothing where the newest is shown. */
  async newer(): Promise<void> {
    if (this.#stretch.down(this.#whole)) this.lookOn()
    else await this.jumps?.newer()
  }

  /** Whether what is read must stay, whatever comes below it. */
  hold(on: boolean): void {
    this.#stretch.hold(this.#whole, on)
  }

  /** Shows the newest messages again. */
  toPresent(): void {
    this.jumps?.toPresent()
    this.#stretch.until(this.#whole, 0)
    this.lookOn()
  }

  /** Brings a message that is here among the lines. */
  bring(seq: number): void {
    this.#stretch.to(this.#whole, seq)
    this.lookOn()
  }

  send(text: string): boolean {
    const clean = text.trim()
    if (!clean || [...clean].length > mostRunes) return false
    const named = speaksTo(clean, this.callable, this.callsAll ? this.allWords : [])
    this.client.outbox.add(this.conversation, { text: clean, ...named }, { reply: this.pen.quote() })
    return true
  }

  /** A picture or another file; it is shown at once and sent when it is at the server. */
  sendFile(chosen: Chosen): void {
    this.client.sendFile(this.conversation, chosen, this.pen.quote())
  }

  actions(message: Message): Action[] {
    return actionsFor(message, { write: this.#member, recall: this.client.mayRecall(message), edit: this.pen.mayEdit(message), forward: this.forwards, report: this.forwards && message.sender_id !== this.client.me, ...(this.#member ? this.deeds?.may(message) : {}) })
  }

  async recall(message: Message): Promise<void> {
    await this.client.recall(message)
  }

  /** Begins to change the last own message, where one may write. */
  editLast(): boolean {
    return this.#member && this.pen.editLast(this.#log.messages)
  }

  /** What a message said before. */
  edits(message: Message): Promise<{ text: string; at: string }[]> {
    return this.api.edits(message.conversation_id, message.seq)
  }

  /** What is in a merged message. */
  async merged(message: Message): Promise<MergedItem[]> {
    return (await this.api.merged(message.conversation_id, message.seq)).items
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
    this.client.display(looking && this.timeline && !this.apart ? this.conversation : 0)
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
      this.pen.edit(undefined)
      void this.load()
    }
    triggerRef(this.#tick)
    this.moved()
  }

  /** Something here changed. */
  protected moved(): void {}

  /** Whether a message is among those of the present. */
  has(seq: number): boolean {
    return this.#log.has(seq)
  }

  #joined(timeline: Timeline): void {
    this.#log.from(timeline.members.get(this.client.me)?.join_seq ?? 1)
    this.#log.lay(timeline.messages, () => timeline.more(this.client.me))
    this.#member = true
    this.#state.value = "ready"
  }

  /** All that is here where one looks. */
  get #whole(): Message[] {
    return this.jumps?.away?.messages ?? this.#log.messages
  }

  /** What is shown of it. */
  get #shown(): Message[] {
    return this.#stretch.of(this.#whole)
  }

  /** What is shown is another part now: down to a message, or the newest. */
  protected show(until: number): void {
    this.refresh()
    this.#stretch.until(this.#whole, until)
    this.lookOn()
  }

  /** The moment from which on everything is shown. */
  get #from(): string {
    return this.more ? (this.#shown[0]?.created_at ?? "") : ""
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
    const messages = this.#shown
    const newFrom = this.#newFrom.value
    const notes = this.notesSince(this.#from)
    return linesOf({
      rows: rowsOf(messages, me, this.apart ? [] : this.client.outbox.items(this.conversation), timeline?.seq ?? 0),
      notes: this.apart ? notes.filter((note) => note.at <= (messages.at(-1)?.created_at ?? "")) : notes, // beside what is shown
      me,
      visitor: this.visitor,
      mark: (message) => timeline?.mark(message) ?? "none",
      newFrom: (messages[0]?.seq ?? 0) <= newFrom ? newFrom : 0,
      partFrom: this.partFrom,
    })
  }
}
