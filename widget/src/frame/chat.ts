import { Client, type ClientOptions, Fault, type Live, type Row, type SiteLook, type Store, type VisitorApi, type VisitorSession, backoff } from "../wire"
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
  /** Stand-ins for tests. */
  client?: Partial<ClientOptions>
}

const none: Live = { conversation_id: 0, ticket_id: 0, state: "none", place: 0, estimate: null, agent: null, agents_online: 0, version: 0 }

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
  readonly #o: ChatOptions
  #listeners = new Set<() => void>()
  #started = false

  constructor(options: ChatOptions) {
    this.#o = options
    this.look = options.look
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  get me(): number {
    return this.client?.me ?? 0
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

  send(text: string): void {
    this.client?.send(0, text)
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
    this.look = session.site
    const live = await api.live()
    const store = await openStore(`ichat-outbox-${session.person.id}`)
    const client = new Client({ api, me: session.person.id, store, url, send: (_, request) => api.say(request), ...this.#o.client })
    this.client = client
    client.on("event", (event) => event.type === "live" && this.#take(event.data as Live))
    for (const type of ["typing", "list"] as const) client.on(type, () => this.#tell())
    client.on("conversation", (id) => {
      if (id !== 0 && this.live.conversation_id === 0) void this.#refresh() // the first message made it
      this.#tell()
    })
    client.on("state", (state) => {
      if (state.name === "live") void this.#refresh()
      this.#tell()
    })
    client.on("signedOut", () => void this.#signedOut())
    this.unreachable = false
    this.phase = "ready"
    this.#take(live)
    client.start()
  }

  /** The kept sign-in is over: a new visitor, who begins with an empty window. */
  async #signedOut(): Promise<void> {
    this.client?.stop()
    this.client = undefined
    this.#o.keep.set(undefined)
    this.live = none
    this.phase = "loading"
    this.#started = false
    await this.start()
  }

  /** Live frames may have been missed while away. */
  async #refresh(): Promise<void> {
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
    this.#tell()
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
