import { type Api, Fault } from "./api"
import { type Clock, backoff, realClock } from "./clock"
import { Emitter } from "./emitter"
import { type Locks, Outbox } from "./outbox"
import { Links } from "./links"
import type { ChatAct, Cursor, Event, Member, Message, Person, Reply, SendRequest, SyncAnswer } from "./protocol"
import { Socket, type SocketState, type WebSocketLike } from "./socket"
import type { Store } from "./store"
import { type Change, type Row, Timeline } from "./timeline"
import { CursorPost } from "./cursors"
import { Typing } from "./typing"
import { type Carry, carryTo } from "./upload"

export type ClientEvents = {
  state: SocketState
  /** Something in this conversation changed; 0: own messages of the visitor's lane. */
  conversation: number
  /** Conversations came or went. */
  list: undefined
  typing: number
  /** A bind or sync answer was taken; the number of the person's list in it. */
  synced: number
  /** A message was pushed that was not known before. */
  message: Message
  /** Any frame the client does not use itself: live, ticket, seat. */
  event: Event
  signedOut: undefined
}

export type ClientOptions = {
  api: Api
  /** Who signs in; names the outbox's lock. */
  me: number
  store: Store
  /** ws(s)://host/ws */
  url: string
  clock?: Clock
  random?: () => number
  open?: (url: string) => WebSocketLike
  locks?: Locks | undefined
  /** How a draft leaves; by default into its conversation. */
  send?: (lane: number, request: SendRequest) => Promise<Message>
  /** How a file leaves; by default to the Api's server. */
  carry?: Carry
}

/** A file as it was chosen; of a picture its size on the screen, so that its place is kept. */
export type Chosen = { blob: Blob; name: string; width?: number | undefined; height?: number | undefined }

/** How long an own message may be taken back; the server has the last word. */
export const recallWithin = 120_000

/** Everything one signed-in person sees, kept equal to the server's: socket, timelines, outbox and cursors together. */
export class Client {
  readonly me: number
  readonly api: Api
  readonly outbox: Outbox
  readonly links: Links
  readonly conversations = new Map<number, Timeline>()
  readonly people = new Map<number, Person>()
  readonly #emitter = new Emitter<ClientEvents>()
  readonly #clock: Clock
  readonly #random: () => number
  readonly #socket: Socket
  readonly #typing: Typing
  readonly #cursors: CursorPost
  #epoch = ""
  #list = 0
  #syncing: Promise<void> | undefined
  #syncAgain = false
  #failures = 0
  #cancelRetry: (() => void) | undefined
  #displayed = 0

  constructor(options: ClientOptions) {
    const clock = (this.#clock = options.clock ?? realClock)
    const random = (this.#random = options.random ?? Math.random)
    this.me = options.me
    this.api = options.api
    this.outbox = new Outbox({
      name: `ichat-outbox-${options.me}`,
      store: options.store,
      clock,
      random,
      locks: options.locks,
      send: options.send ?? ((lane, request) => this.api.send(lane, request)),
      carry: options.carry ?? carryTo(options.api),
      onChange: (lane) => this.#emitter.emit("conversation", lane),
      onAck: (message) => this.#placed(message),
      onSignedOut: () => this.#emitter.emit("signedOut", undefined),
    })
    this.links = new Links((file) => this.api.links(file), clock)
    this.#socket = new Socket({
      url: options.url,
      clock,
      random,
      open: options.open ?? ((url) => new WebSocket(url) as WebSocketLike),
      bind: (clientId) => this.#bind(clientId),
      onEvent: (event) => this.#receive(event),
      onState: (state) => this.#stateChanged(state),
    })
    this.#typing = new Typing(
      clock,
      (conversation) => this.#socket.send({ type: "typing", conversation_id: conversation }),
      (conversation) => this.#emitter.emit("typing", conversation),
    )
    this.#cursors = new CursorPost(clock, (conversation, moved) => this.api.cursors(conversation, moved))
  }

  on<K extends keyof ClientEvents>(type: K, listener: (value: ClientEvents[K]) => void): () => void {
    return this.#emitter.on(type, listener)
  }

  get state(): SocketState {
    return this.#socket.state
  }

  /** Connects and sends what an earlier page left. */
  start(): void {
    this.#socket.start()
    void this.outbox.open()
  }

  stop(): void {
    this.#socket.stop()
    this.outbox.close()
    this.#typing.close()
    this.#cursors.close()
    this.#cancelRetry?.()
    for (const timeline of this.conversations.values()) timeline.close()
  }

  /** To be called when the network comes back and when the page becomes visible. */
  poke(): void {
    this.#socket.poke()
    this.outbox.kick()
  }

  /** Writes into a conversation (0: the visitor's own); answers the client_msg_id. */
  send(lane: number, text: string, reply?: Reply): string {
    return this.outbox.add(lane, { text }, { reply }).client_msg_id
  }

  /** Sends a picture or another file; answers the client_msg_id. */
  sendFile(lane: number, chosen: Chosen, reply?: Reply): string {
    return this.outbox.add(lane, bodyOf(chosen), { reply, file: chosen.blob }).client_msg_id
  }

  /** Chooses the file of a failed message again. */
  chooseAgain(id: string, chosen: Chosen): void {
    this.outbox.chooseAgain(id, bodyOf(chosen), chosen.blob)
  }

  /** Whether this message may still be taken back by this person. */
  mayRecall(message: Message): boolean {
    if (message.sender_id !== this.me || message.type === "system" || message.recalled) return false
    return this.#clock.now() - Date.parse(message.created_at) < recallWithin
  }

  /** Takes an own message back; a refusal (too late) is thrown as a Fault. */
  async recall(message: Message): Promise<void> {
    this.take(await this.api.recall(message.conversation_id, message.seq))
  }

  /** Takes conversations as they were paged. */
  meet(page: Pick<SyncAnswer, "conversations" | "people">): void {
    this.#meet(page.people)
    for (const sync of page.conversations) {
      const timeline = this.#timeline(sync.id)
      if (!timeline.synced || timeline.version < sync.version) timeline.applySync(sync)
      this.#moveCursor(timeline)
    }
    this.#emitter.emit("list", undefined)
  }

  /** Takes a message as a request answered it. */
  take(message: Message): void {
    this.#placed(message)
  }

  /** What a reply quotes: what the message says now, and nothing of one that was taken back. */
  quoted(conversation: number, reply: Reply): Reply {
    const target = this.conversations.get(conversation)?.messages.find((message) => message.seq === reply.seq)
    return target?.recalled || target?.edited_at ? { ...reply, alt: target.body.text ?? "" } : reply
  }

  /** What to show of a conversation; `lane` is where its own messages leave, if not by its id. */
  rows(conversation: number, lane = conversation): Row[] {
    const timeline = this.conversations.get(conversation) ?? new Timeline(conversation, this.#clock, () => undefined)
    return timeline.rows(this.me, this.outbox.items(lane))
  }

  unread(conversation: number): number {
    return this.conversations.get(conversation)?.unread(this.me) ?? 0
  }

  /** Loads a page above what is here; false when there is nothing more. */
  async older(conversation: number, limit = 50): Promise<boolean> {
    const timeline = this.conversations.get(conversation)
    const first = timeline?.messages[0]
    if (!timeline || !first || !timeline.more(this.me)) return false
    const page = await this.api.history(conversation, first.seq, limit)
    if (timeline.messages[0]?.seq !== first.seq) return timeline.more(this.me) // a reset or another page came first
    this.#meet(page.people)
    timeline.prepend(page)
    this.#emitter.emit("conversation", conversation)
    return timeline.more(this.me)
  }

  /** Says which conversation is displayed and focused, 0 for none: it counts as read while it is. */
  display(conversation: number): void {
    this.#displayed = conversation
    const timeline = this.conversations.get(conversation)
    if (timeline) this.#moveCursor(timeline)
  }

  /** To be called on every keystroke. */
  typing(conversation: number): void {
    this.#typing.mine(conversation)
  }

  /** Who is typing there now, oneself excepted. */
  typists(conversation: number): number[] {
    return this.#typing.others(conversation).filter((person) => person !== this.me)
  }

  /** Asks for everything that is missing; one request at a time. */
  sync(): Promise<void> {
    if (this.#syncing) {
      this.#syncAgain = true
      return this.#syncing
    }
    this.#cancelRetry?.()
    this.#syncing = this.#syncOnce().finally(() => {
      this.#syncing = undefined
      if (!this.#syncAgain) return
      this.#syncAgain = false
      void this.sync()
    })
    return this.#syncing
  }

  async #syncOnce(): Promise<void> {
    try {
      this.#take(await this.api.sync(this.#known()))
      this.#failures = 0
    } catch (error) {
      if (error instanceof Fault && error.status === 401) {
        this.#emitter.emit("signedOut", undefined)
        return
      }
      const pause = backoff(this.#failures++, this.#random)
      this.#cancelRetry = this.#clock.after(pause, () => void this.sync())
    }
  }

  async #bind(clientId: string): Promise<void> {
    this.#take(await this.api.bind({ client_id: clientId, ...this.#known() }))
  }

  #known(): { epoch: string; known: Record<string, [number, number]>; list: number } {
    const known: Record<string, [number, number]> = {}
    for (const timeline of this.conversations.values()) {
      if (timeline.synced) known[timeline.id] = [timeline.version, timeline.reads(this.me)]
    }
    return { epoch: this.#epoch, known, list: this.#list }
  }

  #take(answer: SyncAnswer): void {
    if (this.#epoch && this.#epoch !== answer.epoch) this.#forgetExcept(answer)
    this.#epoch = answer.epoch
    this.#list = answer.list
    this.#meet(answer.people)
    for (const sync of answer.conversations) {
      const timeline = this.#timeline(sync.id)
      timeline.applySync(sync)
      this.#moveCursor(timeline)
    }
    for (const id of answer.gone) this.#forget(id)
    for (const [id, timeline] of this.conversations) if (!timeline.synced) this.#forget(id) // pushed, but not ours
    for (const sync of answer.conversations) this.#emitter.emit("conversation", sync.id)
    this.#emitter.emit("list", undefined)
    this.#emitter.emit("synced", answer.list)
    this.outbox.epoch(answer.epoch)
  }

  /** Another life of the database: what it did not name does not exist there. */
  #forgetExcept(answer: SyncAnswer): void {
    const named = new Set(answer.conversations.map((sync) => sync.id))
    for (const [id, timeline] of [...this.conversations]) {
      timeline.close() // what came early belongs to the life that is over
      if (!named.has(id)) this.#forget(id)
    }
  }

  #forget(id: number): void {
    this.conversations.get(id)?.close()
    this.conversations.delete(id)
  }

  /** The one of this conversation, which begins with the first word of it. */
  #timeline(id: number): Timeline {
    const timeline = this.conversations.get(id) ?? new Timeline(id, this.#clock, () => void this.sync())
    this.conversations.set(id, timeline)
    return timeline
  }

  #meet(people: Person[]): void {
    for (const person of people) this.people.set(person.id, person)
  }

  #receive(event: Event): void {
    const id = event.conversation_id ?? 0
    if (event.type === "message") {
      const message = event.data as Message
      this.#typing.stopped(id, message.sender_id)
      if (message.sender_id === this.me) this.outbox.settle(message)
      this.#placed(message, event.version)
    } else if (event.type === "member") {
      const { person, ...member } = event.data as Member & { person: Person }
      this.#meet([person])
      this.#apply(id, { version: event.version ?? member.version, members: [member] })
    } else if (event.type === "act") {
      const act = event.data as ChatAct
      this.#meet(act.people)
      this.#apply(id, { ...act, version: act.header.version })
    } else if (event.type === "version") {
      this.#apply(id, { version: event.version ?? 0 })
    } else if (event.type === "cursor") {
      if (this.#timeline(id).cursor(event.data as Cursor)) this.#emitter.emit("conversation", id)
    } else if (event.type === "typing") {
      this.#typing.theirs(id, (event.data as { person_id: number }).person_id)
    } else if (event.type === "list") {
      if ((event.data as { list: number }).list !== this.#list) void this.sync()
    } else if (event.type === "heads") {
      if (this.#behind(event.data as Record<string, number>) || event.list! > this.#list) void this.sync()
    } else if (event.type === "resync") void this.sync()
    else {
      if (event.list === this.#list + 1) this.#list = event.list // by this alone: no conversation came or went before it
      this.#emitter.emit("event", event)
    }
  }

  #behind(heads: Record<string, number>): boolean {
    return Object.entries(heads).some(([id, version]) => {
      const timeline = this.conversations.get(Number(id))
      return !timeline?.synced || timeline.version < version
    })
  }

  #placed(message: Message, version = message.version): void {
    const id = message.conversation_id
    const top = this.conversations.get(id)?.messages.at(-1)?.seq ?? 0
    this.#apply(id, { version, message })
    if (message.seq > top && message.sender_id !== this.me) this.#emitter.emit("message", message)
  }

  #apply(id: number, change: Change): void {
    const timeline = this.#timeline(id)
    if (timeline.apply(change) === "applied") this.#moveCursor(timeline)
    this.#emitter.emit("conversation", id)
  }

  /** What is here is received; what is displayed is read. Ours moves at once, the server hears it within a second. */
  #moveCursor(timeline: Timeline): void {
    const mine = timeline.members.get(this.me)
    const seq = timeline.messages.at(-1)?.seq ?? 0
    if (!mine || mine.left || seq === 0) return
    const read = timeline.id === this.#displayed ? seq : 0
    if (!timeline.cursor({ person_id: this.me, read, received: seq })) return
    this.#cursors.move(timeline.id, read > 0 ? { read, received: seq } : { received: seq })
    this.#emitter.emit("conversation", timeline.id)
  }

  #stateChanged(state: SocketState): void {
    if (state.name === "live") {
      this.outbox.kick()
      this.#cursors.kick()
    }
    this.#emitter.emit("state", state)
    if (state.name === "stopped" && state.why === "signed_out") this.#emitter.emit("signedOut", undefined)
  }
}

function bodyOf({ blob, name, width, height }: Chosen): Message["body"] {
  const body = { name, size: blob.size, mime: blob.type }
  return width && height ? { ...body, width, height } : body
}
