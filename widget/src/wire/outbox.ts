import { Fault } from "./api"
import { type Clock, backoff } from "./clock"
import type { Body, Message, SendRequest } from "./protocol"
import type { Store } from "./store"

/** An own message on its way. `message` is the server's answer, kept for ten minutes. */
export type Item = {
  client_msg_id: string
  /** The conversation; 0 is the visitor's live conversation, which the server finds itself. */
  lane: number
  type: "text"
  body: Body
  /** When it was written, in ms; strictly rising, so it is also the order. */
  at: number
  state: "waiting" | "sending" | "acked" | "failed"
  /** Why it failed, in the server's words. */
  reason?: string
  message?: Message
  acked_at?: number
  /** The database life that acked it. */
  epoch?: string
}

/** The part of navigator.locks that is used here. */
export interface Locks {
  request<T>(name: string, run: () => Promise<T>): Promise<T>
}

export type OutboxOptions = {
  /** Names the lock that lets one tab send at a time. */
  name: string
  store: Store
  clock: Clock
  send: (lane: number, request: SendRequest) => Promise<Message>
  onChange: (lane: number) => void
  onAck: (message: Message, lane: number) => void
  /** The sign-in ended: nothing is sent until `kick`. */
  onSignedOut?: () => void
  locks?: Locks | undefined
  random?: () => number
  newId?: () => string
}

const keepAcked = 10 * 60_000
const retrySteps = { first: 1_000, most: 15_000 }

/**
 * Own messages until the server has them. One at a time and in order within a conversation, the same client_msg_id on
 * every attempt, kept in the store until acked. Several tabs may share a store: a pass over it is made under a lock
 * and begins by reading what the others did.
 */
export class Outbox {
  readonly #o: OutboxOptions
  #items = new Map<string, Item>()
  #unsaved = new Set<string>()
  #saving = new Set<Promise<void>>()
  #writes = 0
  #pauses = new Map<number, { attempt: number; until: number }>()
  #lanes = new Map<number, Promise<void>>()
  #passing = false
  #running = false
  #again = false
  #stopped = false
  #signedOut = false
  #cancelTimer: (() => void) | undefined
  #last = 0
  #epoch = ""

  constructor(options: OutboxOptions) {
    this.#o = options
  }

  /** Reads what an earlier page left and begins to send it. */
  async open(): Promise<void> {
    await this.#reload()
    this.kick()
  }

  add(lane: number, body: Body): Item {
    this.#last = Math.max(this.#last + 1, this.#o.clock.now())
    const id = (this.#o.newId ?? randomId)()
    const item: Item = { client_msg_id: id, lane, type: "text", body, at: this.#last, state: "waiting" }
    this.#set(item)
    this.#wake()
    return item
  }

  /** What the view merges into a timeline, in order. */
  items(lane: number): Item[] {
    return this.#sorted().filter((item) => item.lane === lane)
  }

  /** Sends a refused message again, with the same id. */
  retry(id: string): void {
    const item = this.#items.get(id)
    if (item?.state !== "failed") return
    const { reason: _, ...rest } = item
    this.#set({ ...rest, state: "waiting" })
    this.#wake()
  }

  discard(id: string): void {
    const item = this.#items.get(id)
    if (item && item.state !== "sending") this.#forget(item)
  }

  /** An own message was pushed, perhaps before its ack. */
  settle(message: Message): void {
    const item = this.#items.get(message.client_msg_id)
    if (item && item.state !== "acked") this.#acked(item, message)
  }

  /** Tells the database's life; what another life acked lately is asked about by sending it again. */
  epoch(epoch: string): void {
    this.#epoch = epoch
    this.#prune()
    for (const item of this.#items.values()) {
      if (item.state !== "acked" || item.epoch === epoch) continue
      if (!item.epoch) {
        this.#set({ ...item, epoch }) // acked by this very page, before it was told the name
        continue
      }
      const { message: _, acked_at: __, epoch: ___, ...rest } = item
      this.#set({ ...rest, state: "waiting" })
    }
    this.#wake()
  }

  /** The connection is back: try at once. */
  kick(): void {
    this.#signedOut = false
    this.#pauses.clear()
    this.#wake()
  }

  close(): void {
    this.#stopped = true
    this.#cancelTimer?.()
  }

  #wake(): void {
    if (this.#stopped || this.#signedOut) return
    if (this.#passing) this.#startLanes()
    else if (this.#running) this.#again = true
    else void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#running = true
    this.#cancelTimer?.()
    do {
      this.#again = false
      await this.#locked(() => this.#pass())
    } while (this.#again && !this.#stopped && !this.#signedOut)
    this.#running = false
    this.#sleep()
  }

  #locked(run: () => Promise<void>): Promise<void> {
    if (!this.#o.locks) return run()
    return this.#o.locks.request(this.#o.name, run).catch(run) // the server tells doubles anyhow
  }

  /** Sends until every lane is empty or pausing; lanes that get work meanwhile join in. */
  async #pass(): Promise<void> {
    await this.#reload()
    this.#passing = true
    this.#startLanes()
    while (this.#lanes.size > 0) await Promise.race(this.#lanes.values())
    this.#passing = false
  }

  #startLanes(): void {
    for (const { lane, state } of this.#sorted()) {
      if (state !== "waiting" || this.#lanes.has(lane)) continue
      this.#lanes.set(
        lane,
        this.#drainLane(lane).finally(() => this.#lanes.delete(lane)),
      )
    }
  }

  async #drainLane(lane: number): Promise<void> {
    await Promise.resolve() // so that the lane is known as running before it can end
    while (!this.#stopped && !this.#signedOut && (this.#pauses.get(lane)?.until ?? 0) <= this.#o.clock.now()) {
      const next = this.items(lane).find((item) => item.state === "waiting")
      if (!next) break
      await this.#sendOne({ ...next, state: "sending" })
    }
  }

  async #sendOne(item: Item): Promise<void> {
    this.#show(item)
    const { client_msg_id, type, body, lane } = item
    try {
      const message = await this.#o.send(lane, { client_msg_id, type, body })
      this.#pauses.delete(lane)
      if (this.#items.get(client_msg_id)?.state === "sending") this.#acked(item, message)
      this.#o.onAck(message, lane)
    } catch (error) {
      if (this.#items.get(client_msg_id)?.state === "sending") this.#refused(item, error)
    }
  }

  #refused(item: Item, error: unknown): void {
    const fault = error instanceof Fault ? error : new Fault(0, {})
    if (fault.status === 401) {
      this.#show({ ...item, state: "waiting" })
      this.#signedOut = true
      this.#o.onSignedOut?.()
    } else if (fault.retry === "never") {
      this.#set({ ...item, state: "failed", reason: fault.message })
    } else {
      const attempt = this.#pauses.get(item.lane)?.attempt ?? 0
      const pause = backoff(attempt, this.#o.random ?? Math.random, retrySteps.first, retrySteps.most)
      const until = this.#o.clock.now() + Math.max(fault.retryAfter, pause)
      this.#pauses.set(item.lane, { attempt: attempt + 1, until })
      this.#show({ ...item, state: "waiting" })
    }
  }

  #acked(item: Item, message: Message): void {
    this.#set({ ...item, state: "acked", message, acked_at: this.#o.clock.now(), epoch: this.#epoch })
  }

  /** Sets the timer for the lane that may send again first. */
  #sleep(): void {
    this.#cancelTimer?.()
    if (this.#stopped || this.#signedOut) return
    const waiting = new Set(this.#sorted().flatMap((item) => (item.state === "waiting" ? [item.lane] : [])))
    const times = [...waiting].map((lane) => this.#pauses.get(lane)?.until ?? 0)
    if (times.length === 0) return
    this.#cancelTimer = this.#o.clock.after(Math.max(0, Math.min(...times) - this.#o.clock.now()), () => this.#wake())
  }

  /** Takes over what the store says, except what could not be stored. */
  async #reload(): Promise<void> {
    let stored: Item[] | undefined
    let writes: number
    do {
      await Promise.all(this.#saving)
      writes = this.#writes
      stored = await this.#o.store.all().catch(() => undefined)
    } while (writes !== this.#writes) // what was read is older than what was just written
    if (!stored) return
    const kept = [...this.#items.values()].filter((item) => this.#unsaved.has(item.client_msg_id))
    const lanes = new Set([...this.#items.values(), ...stored].map((item) => item.lane))
    this.#items = new Map([...stored, ...kept].map((item) => [item.client_msg_id, item]))
    for (const item of this.#items.values()) this.#last = Math.max(this.#last, item.at)
    this.#prune()
    for (const lane of lanes) this.#o.onChange(lane)
  }

  #prune(): void {
    const limit = this.#o.clock.now() - keepAcked
    for (const item of this.#items.values()) if (item.state === "acked" && (item.acked_at ?? 0) < limit) this.#forget(item)
  }

  #sorted(): Item[] {
    return [...this.#items.values()].sort((a, b) => a.at - b.at || (a.client_msg_id < b.client_msg_id ? -1 : 1))
  }

  #show(item: Item): void {
    this.#items.set(item.client_msg_id, item)
    this.#o.onChange(item.lane)
  }

  #set(item: Item): void {
    this.#save(item.client_msg_id, this.#o.store.put(item))
    this.#show(item)
  }

  #forget(item: Item): void {
    this.#items.delete(item.client_msg_id)
    this.#save(item.client_msg_id, this.#o.store.remove(item.client_msg_id))
    this.#o.onChange(item.lane)
  }

  /** A write that is refused leaves the item in memory, where it is sent all the same. */
  #save(id: string, write: Promise<void>): void {
    this.#writes++
    const done: Promise<void> = write
      .then(() => void this.#unsaved.delete(id))
      .catch(() => void this.#unsaved.add(id))
      .finally(() => this.#saving.delete(done))
    this.#saving.add(done)
  }
}

/** 128 random bits. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
