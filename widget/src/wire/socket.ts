import { Fault } from "./api"
import { type Clock, backoff } from "./clock"
import type { Event } from "./protocol"

/** The part of a browser's WebSocket that is used here. */
export interface WebSocketLike {
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  onerror: (() => void) | null
  send(data: string): void
  close(): void
}

export type SocketState =
  | { name: "idle" }
  | { name: "connecting" }
  | { name: "live" }
  | { name: "waiting"; until: number }
  | { name: "stopped"; why: "signed_out" | "replaced" }

export type SocketOptions = {
  url: string
  clock: Clock
  open: (url: string) => WebSocketLike
  random?: () => number
  /** Makes the connection somebody's; it counts as live when this is done. */
  bind: (clientId: string) => Promise<void>
  onEvent: (event: Event) => void
  onState: (state: SocketState) => void
}

const pingEvery = 25_000
const pongWithin = 10_000
const initWithin = 10_000
const signedOut = 4401
const replaced = 4409

/** One connection that is kept up: init, bind, pings, and coming back after a loss. */
export class Socket {
  readonly #o: Required<SocketOptions>
  #state: SocketState = { name: "idle" }
  #ws: WebSocketLike | undefined
  #timers: (() => void)[] = []
  #deadline: (() => void) | undefined
  #attempt = 0
  #byeAfter: number | undefined

  constructor(options: SocketOptions) {
    this.#o = { random: Math.random, ...options }
  }

  get state(): SocketState {
    return this.#state
  }

  start(): void {
    if (this.#state.name === "idle" || this.#state.name === "stopped") this.#connect()
  }

  stop(): void {
    this.#drop()
    this.#attempt = 0
    this.#set({ name: "idle" })
  }

  /** The network came back or the page is looked at: do not sit out the wait, and doubt a silent connection. */
  poke(): void {
    if (this.#state.name === "live") this.#ping()
    if (this.#state.name === "waiting" && this.#byeAfter === undefined) {
      this.#attempt = 0
      this.#wait(this.#o.random() * 1000)
    }
  }

  send(frame: { type: string; conversation_id?: number }): boolean {
    if (this.#state.name !== "live" || !this.#ws) return false
    this.#ws.send(JSON.stringify(frame))
    return true
  }

  #set(state: SocketState): void {
    this.#state = state
    this.#o.onState(state)
  }

  #later(ms: number, then: () => void): void {
    this.#timers.push(this.#o.clock.after(ms, then))
  }

  #connect(): void {
    this.#drop()
    this.#byeAfter = undefined
    this.#set({ name: "connecting" })
    let ws: WebSocketLike
    try {
      ws = this.#o.open(this.#o.url)
    } catch {
      this.#lost()
      return
    }
    this.#ws = ws
    ws.onerror = () => undefined // a close event follows
    ws.onclose = (event) => ws === this.#ws && this.#closed(event.code)
    ws.onmessage = (event) => ws === this.#ws && this.#receive(event.data)
    this.#expect(initWithin)
  }

  #receive(data: unknown): void {
    this.#deadline?.()
    this.#deadline = undefined
    for (const event of decode(data)) {
      if (event.type === "init" && event.client_id) void this.#bind(event.client_id)
      else if (event.type === "bye") this.#byeAfter = byeDelay(event)
      else if (event.type !== "pong") this.#o.onEvent(event)
    }
  }

  async #bind(clientId: string): Promise<void> {
    const ws = this.#ws
    try {
      await this.#o.bind(clientId)
    } catch (error) {
      if (ws !== this.#ws) return
      if (error instanceof Fault && error.status === 401) this.#stopped("signed_out")
      else this.#lost(error instanceof Fault ? error.retryAfter : 0)
      return
    }
    if (ws !== this.#ws) return
    this.#attempt = 0
    this.#set({ name: "live" })
    this.#schedulePing()
  }

  #schedulePing(): void {
    this.#later(pingEvery, () => {
      this.#ping()
      this.#schedulePing()
    })
  }

  #ping(): void {
    this.#ws?.send('{"type":"ping"}')
    this.#expect(pongWithin)
  }

  /** Any frame within `ms` will do, otherwise the connection is dead. */
  #expect(ms: number): void {
    this.#deadline ??= this.#o.clock.after(ms, () => this.#lost())
  }

  #closed(code: number): void {
    if (code === signedOut) this.#stopped("signed_out")
    else if (code === replaced) this.#stopped("replaced")
    else this.#lost()
  }

  #stopped(why: "signed_out" | "replaced"): void {
    this.#drop()
    this.#set({ name: "stopped", why })
  }

  #lost(atLeast = 0): void {
    this.#drop()
    const pause = backoff(this.#attempt++, this.#o.random)
    this.#wait(Math.max(atLeast, this.#byeAfter ?? 0) + pause)
  }

  #wait(ms: number): void {
    this.#drop()
    this.#set({ name: "waiting", until: this.#o.clock.now() + ms })
    this.#later(ms, () => this.#connect())
  }

  #drop(): void {
    for (const cancel of this.#timers.splice(0)) cancel()
    this.#deadline?.()
    this.#deadline = undefined
    const ws = this.#ws
    this.#ws = undefined
    ws?.close()
  }
}

function decode(data: unknown): Event[] {
  if (typeof data !== "string") return []
  try {
    const value = JSON.parse(data) as Event | Event[]
    return Array.isArray(value) ? value : [value]
  } catch {
    return []
  }
}

function byeDelay(event: Event): number {
  const data = event.data as { reconnect_after_ms?: number } | undefined
  return event.reconnect_after_ms ?? data?.reconnect_after_ms ?? 0
}
