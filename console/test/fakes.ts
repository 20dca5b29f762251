// A server in memory and the people on it, for the tests of the state classes.

import { ConsoleApi } from "../src/state/api"
import type { Clock } from "@wire/clock"
import type { ConversationSync, Desk, Message, Person, Rules, Seat, Ticket } from "@wire/protocol"
import type { WebSocketLike } from "@wire/socket"

export const me: Person = { id: 1, kind: "member", name: "Maya", avatar: "" }
export const jonas: Person = { id: 2, kind: "member", name: "Jonas", avatar: "" }
export const theo: Person = { id: 11, kind: "visitor", name: "Theo", avatar: "" }

/** What a queue does that nobody changed. */
export const rules: Rules = {
  strategy: "least_busy", auto: true, sticky: true, everyone: true, cap: 0, most_waiting: 0, open: false, pages: [], priorities: [],
  boost: { every_s: 0, step: 0, most: 0 }, answer: { nudge_s: 0, requeue_s: 0, times: 0 }, away_s: 0, overflow: { after_s: 0, to_queue: 0 },
  idle: { warn_s: 0, close_s: 0, gone_s: 0 }, hours: null, texts: {},
}

export function ticket(id: number, more: Partial<Ticket> = {}): Ticket {
  const at = `2026-11-23T10:${String(id).padStart(2, "0")}:00Z`
  return { id, site_id: 1, queue_id: 1, queue: "Sales", conversation_id: 100 + id, visitor: theo, state: "waiting", agent: null, guests: [], opened_at: at, assigned_at: null, answered_at: null, closed_at: null, due_at: null, answer_by: null, nudged: false, vip: false, priority: 0, locale: "en", wanted: 0, version: 1, from_seq: 1, last_text: `text ${id}`, last_at: at, page: "", rating: 0, rating_comment: "", contact: { name: "", email: "", phone: "" }, ...more }
}

export function mine(id: number, more: Partial<Ticket> = {}): Ticket {
  return ticket(id, { state: "open", agent: me, ...more })
}

export function seat(person: Person = me, more: Partial<Seat> = {}): Seat {
  return { person, state: "online", present: true, cap: 5, load: 0, languages: [], version: 1, ...more }
}

export function desk(more: Partial<Desk> = {}): Desk {
  return { seat: seat(), waiting: [], mine: [], seats: [seat(), seat(jonas)], ...more }
}

export function message(conversation: number, seq: number, more: Partial<Message> = {}): Message {
  return { id: conversation * 1000 + seq, conversation_id: conversation, seq, version: seq, sender_id: theo.id, client_msg_id: `v${seq}`, type: "text", body: { text: `line ${seq}` }, created_at: `2026-11-23T11:${String(seq).padStart(2, "0")}:00Z`, reply_to: null, recalled: false, ...more }
}

export function conversation(id: number, messages: Message[], read = 0): ConversationSync {
  const { seq: top, created_at: last_at } = messages.at(-1) ?? { seq: 0, created_at: "" }
  const member = (person_id: number, role: "visitor" | "agent", seen: number) => ({ person_id, role, join_seq: 1, left: false, read: seen, received: seen, version: 1 })
  return { id, kind: "live", version: top, seq: top, last_at, reset: false, members: [member(theo.id, "visitor", 0), member(me.id, "agent", read)], messages, cursors: [] }
}

type Answer = { status: number; body: unknown }
type Route = (body: never, query: URLSearchParams) => unknown

export function refusal(status: number, message: string, fields: Record<string, string> = {}): Answer {
  return { status, body: { code: "x", message, request_id: "r", retry: "never", retry_after_ms: 0, fields } }
}

/** Answers requests from a table of routes; what is not in it is 404. A route may answer later. */
export class Server {
  readonly calls: string[] = []
  readonly routes = new Map<string, Route>()
  readonly fetch = ((path: string, init: RequestInit) => this.#answer(path, init)) as typeof fetch
  readonly api = new ConsoleApi({ lang: "en", fetch: this.fetch })

  on(route: string, answer: unknown): void {
    this.routes.set(route, typeof answer === "function" ? (answer as Route) : () => answer)
  }

  async #answer(path: string, init: RequestInit): Promise<Response> {
    const url = new URL(path, "http://host")
    const name = `${init.method} ${url.pathname}`
    this.calls.push(name + url.search)
    const route = this.routes.get(name)
    const body = JSON.parse((init.body as string | null) ?? "null") as never
    const answer = route ? await route(body, url.searchParams) : refusal(404, "not found")
    if (answer === "cut") throw new TypeError("network")
    const { status, body: data } = isAnswer(answer) ? answer : { status: answer === undefined ? 204 : 200, body: answer }
    return new Response(status === 204 ? null : JSON.stringify(data), { status })
  }
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && "status" in value && "body" in value
}

/** A connection whose other end is the test. */
export class Wire implements WebSocketLike {
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  onerror: (() => void) | null = null
  readonly sent: string[] = []

  send(data: string): void {
    this.sent.push(data)
  }

  close(): void {
    this.onclose = null
  }

  push(...frames: unknown[]): void {
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) })
  }
}

/** Time that moves only when it is told to. */
export class FakeClock implements Clock {
  #now = Date.parse("2026-11-23T12:00:00Z")
  #timers: { at: number; then: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.#now + ms, then }
    this.#timers.push(timer)
    return () => (this.#timers = this.#timers.filter((t) => t !== timer))
  }

  pass(ms: number): void {
    this.#now += ms
    for (const timer of this.#timers.filter((t) => t.at <= this.#now)) {
      this.#timers = this.#timers.filter((t) => t !== timer)
      timer.then()
    }
  }
}

/** Lets every promise that waits for nothing run to its end. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 60; i++) await Promise.resolve()
  await new Promise((resolve) => setImmediate(resolve))
}

/** A promise that the test ends. */
export function later<T>(): { promise: Promise<T>; done: (value: T) => void } {
  let done: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => (done = resolve))
  return { promise, done }
}
