import { type Chosen, Client, type ClientOptions, type Contact, Fault, type Live, type Message, type Reply, type Row, type SayRequest, type SendRequest, type SiteLook, type Store, type VisitorApi, type VisitorSession, backoff } from "../wire"
import { inWords } from "../lang"
import type { Keep } from "./keep"

/** loading: nothing known yet; gone: no such site; refused: not from this page. */
export type Phase = "loading" | "ready" | "gone" | "refused"

export type ChatOptions = {
  api: VisitorApi
  site: string
  parent: string
  keep: Keep
  url: string
  openStore: (name: string) => Promise<Store>
  look?: SiteLook | undefined
  /** The address of the page the visitor is on, if there is one around this window. */
  page?: () => string | undefined
  /** The queue and the agent a link asks for. */
  to?: { queue?: number; agent?: number }
  /** Stand-ins for tests. */
  client?: Partial<ClientOptions>
}

const none: Live = { conversation_id: 0, ticket_id: 0, state: "none", place: 0, estimate: null, agent: null, agents_online: 0, away: false, closed: false, opens_at: null, rating: null, may_rate: false, ask_rating: false, version: 0 }

const noticeFor = 6_000

/** The visitor's chat: who he is, his conversation, and where his request stands. Has no DOM. */
export class Chat {
  phase: Phase = "loading"
  look: SiteLook | undefined
  live: Live = none
  /** The server could not be reached so far. */
  unreachable = false
  /** Why it may not be opened here, in the server's words. */
  reason = ""
  client: Client | undefined
  /** What the next message answers. */
  replying: Reply | undefined
  /** The queue the visitor chose or a link asks for, and the agent. */
  readonly to: { queue?: number; agent?: number }
  /** Why something just asked for was not done; goes away by itself. */
  notice = ""
  /** The ticket an agent asked a rating for, and the one whose rating was put off. */
  #asked = 0
  #putOff = 0
  #cancelNotice: ReturnType<typeof setTimeout> | undefined
  readonly #o: ChatOptions
  #listeners = new Set<() => void>()
  #started = false

  constructor(options: ChatOptions) {
    this.#o = options
    this.look = options.look
    this.to = options.to ?? {}
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  get me(): number {
    return this.client?.me ?? 0
  }

  get api(): VisitorApi {
    return this.#o.api
  }

  get connected(): boolean {
    return this.client?.state.name === "live"
  }

  get rows(): Row[] {
    return this.client?.rows(this.live.conversation_id, 0) ?? []
  }

  get unread(): number {
    return this.client?.unread(this.live.conversation_id) ?? 0
  }

  get typing(): boolean {
    return this.connected && this.client!.typists(this.live.conversation_id).length > 0
  }

  /** Signs in and connects, once; tries until the server answers. */
  async start(): Promise<void> {
    if (this.#started) return
    this.#started = true
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#begin(await this.#signIn())
        return
      } catch (error) {
        if (error instanceof Fault && error.retry === "never") {
          this.phase = error.status === 404 ? "gone" : "refused"
          this.reason = error.message
          this.#tell()
          return
        }
        this.unreachable = true
        this.#tell()
      }
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt + 1, Math.random)))
    }
  }

  /** Nobody is at work. */
  get away(): boolean {
    return this.live.away
  }

  /** Whether the card that says so should be there; a site may choose to go on as ever while somebody could come. */
  get lonely(): boolean {
    const { away, closed, state, apology, busy } = this.live
    return !!apology || !!busy || (away && state !== "closed" && (closed || this.look?.when_away !== "continue"))
  }

  /** Whether the card that asks how it was should be there. */
  get rates(): boolean {
    const { may_rate, state, ticket_id } = this.live
    return may_rate && ticket_id !== this.#putOff && (state === "closed" || ticket_id === this.#asked)
  }

  /** Sends a text and files, in this order, for a text overtakes files on their way; the first of them is the reply. */
  send(text: string, files: readonly Chosen[] = []): void {
    let reply = this.replying
    if (text) {
      this.client?.send(0, text, reply)
      reply = undefined
    }
    for (const file of files) {
      this.client?.sendFile(0, file, reply)
      reply = undefined
    }
    this.reply(undefined)
  }

  /** Chooses what the next message answers; nothing takes it back. */
  reply(to: Reply | undefined): void {
    this.replying = to
    this.#tell()
  }

  /** Takes an own message back, or says why that cannot be done. */
  async recall(message: Message): Promise<void> {
    if (this.replying?.seq === message.seq) this.replying = undefined
    try {
      await this.client?.recall(message)
    } catch (error) {
      this.say(error instanceof Fault ? error.message : "")
    }
  }

  /** Shows a line for a while. */
  say(notice: string): void {
    this.notice = notice
    clearTimeout(this.#cancelNotice)
    if (notice) this.#cancelNotice = setTimeout(() => this.say(""), noticeFor)
    this.#tell()
  }

  async rate(stars: number, comment: string): Promise<void> {
    this.#take(await this.#o.api.rate(comment ? { stars, comment } : { stars }))
  }

  putRatingOff(): void {
    this.#putOff = this.live.ticket_id
    this.#tell()
  }

  async leaveContact(contact: Partial<Contact>): Promise<void> {
    this.#take(await this.#o.api.leaveContact(contact))
  }

  /** Ends the request or leaves the line; the conversation stays. */
  async end(): Promise<void> {
    this.#take(await this.#o.api.end())
  }

  async #signIn(): Promise<VisitorSession> {
    const { api, keep, site, parent } = this.#o
    api.token = keep.get()
    if (api.token) {
      try {
        return await api.me()
      } catch (error) {
        if (!(error instanceof Fault) || error.status !== 401) throw error
        api.token = undefined
      }
    }
    const session = await api.arrive({ site, locale: api.lang, parent_origin: parent })
    api.token = session.token
    keep.set(session.token)
    return session
  }

  async #begin(session: VisitorSession): Promise<void> {
    const { api, openStore, url } = this.#o
    this.look = inWords(session.site, api.lang)
    const live = await api.live()
    const store = await openStore(`ichat-outbox-${session.person.id}`)
    const client = new Client({ api, me: session.person.id, store, url, send: (_, request) => api.say(this.#withPage(request)), ...this.#o.client })
    this.client = client
    client.on("event", (event) => event.type === "live" && this.#take(event.data as Live))
    for (const type of ["typing", "list"] as const) client.on(type, () => this.#tell())
    client.on("conversation", (id) => {
      if (id !== 0 && this.live.conversation_id === 0) void this.refresh() // the first message made it
      this.#tell()
    })
    client.on("state", (state) => {
      if (state.name === "live") void this.refresh()
      this.#tell()
    })
    client.on("signedOut", () => void this.#signedOut())
    this.unreachable = false
    this.phase = "ready"
    this.#take(live)
    client.start()
  }

  #withPage(request: SendRequest): SayRequest {
    const page = this.#o.page?.()
    return { ...request, ...(page && { page }), ...this.to }
  }

  /** The kept sign-in is over: a new visitor, who begins with an empty window. */
  async #signedOut(): Promise<void> {
    this.client?.stop()
    this.client = undefined
    this.#o.keep.set(undefined)
    this.live = none
    this.replying = undefined
    this.phase = "loading"
    this.#started = false
    await this.start()
  }

  /** Live frames may have been missed while away. */
  async refresh(): Promise<void> {
    try {
      this.#take(await this.#o.api.live())
    } catch {
      // the next connection asks again
    }
  }

  #take(live: Live): void {
    const old = this.live
    const stale = live.ticket_id < old.ticket_id || (live.ticket_id === old.ticket_id && live.version < old.version)
    if (!stale) this.live = live
    if (!stale && live.ask_rating) {
      this.#asked = live.ticket_id
      this.#putOff = 0
    }
    this.#tell()
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
