import { Fault } from "./api"
import { type Clock, backoff } from "./clock"
import type { Body, File as Stored, Message, Reply, SendRequest } from "./protocol"
import type { Store } from "./store"
import type { Carry, Upload } from "./upload"
import { Uploads } from "./uploads"

/** An own message on its way. `message` is the server's answer, kept for ten minutes. */
export type Item = {
  client_msg_id: string
  /** The conversation; 0 is the visitor's live conversation, which the server finds itself. */
  lane: number
  type: SendRequest["type"]
  /** Of a file all that is known of it; it gets its file_id when it is at the server. */
  body: Body
  /** What the server is told instead, where it knows the rest. */
  ask?: Body
  /** The message it answers. */
  reply?: Reply | undefined
  /** When it was written, in ms; strictly rising, so it is also the order. */
  at: number
  /** uploading: its file goes first, and what was written after it may overtake. */
  state: "uploading" | "waiting" | "sending" | "acked" | "failed"
  /** Why it failed, in the server's words. */
  reason?: string
  /** Failed because its file is not in this browser any more: it has to be chosen again. */
  lost?: boolean
  message?: Message
  acked_at?: number
  /** The database life that acked it. */
  epoch?: string
}

/** The part of navigator.locks that is used here. */
export interface Locks {
  request<T>(name: string, run: () => Promise<T>): Promise<T>
}

/** What a message may have beside its body. */
export type Extras = { reply?: Reply | undefined; file?: Blob | undefined; type?: Item["type"]; ask?: Body }

export type OutboxOptions = {
  /** Names the lock that lets one tab send at a time. */
  name: string
  store: Store
  clock: Clock
  send: (lane: number, request: SendRequest) => Promise<Message>
  /** How a file leaves. */
  carry: Carry
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
 * every attempt, kept in the store until acked. A message with a file joins its
 * lane when the file is at the server, so that a slow or refused file holds nothing up. Several tabs may share a store: a pass over it is made under a lock
 * and begins by reading what the others did.
 */
export class Outbox {
  readonly #o: OutboxOptions
  #items = new Map<string, Item>()
  #unsaved = new Set<string>()
  #saving = new Set<Promise<void>>()
  #writes = 0
  /** Lanes that were refused for a while, and when they try again; only read from outside. */
  readonly pauses = new Map<number, { attempt: number; until: number }>()
  #lanes = new Map<number, Promise<void>>()
  #passing = false
  #running = false
  #again = false
  #stopped = false
  #signedOut = false
  #cancelTimer: (() => void) | undefined
  #last = 0
  #epoch = ""
  readonly #uploads: Uploads

  constructor(options: OutboxOptions) {
    this.#o = options
    this.#uploads = new Uploads({
      name: options.name,
      store: options.store,
      clock: options.clock,
      carry: options.carry,
      random: options.random ?? Math.random,
      locks: options.locks,
      needed: (id) => this.#needed(id),
      onDone: (id, file) => this.#uploaded(id, file),
      onRefused: (id, fault) => this.#stuck(id, { reason: fault.message }),
      onLost: (id) => this.#stuck(id, { lost: true }),
      onSignedOut: () => this.#endSignIn(),
      onChange: (id) => this.#o.onChange(this.#items.get(id)?.lane ?? 0),
    })
  }

  /** Reads what an earlier page left and begins to send it. */
  async open(): Promise<void> {
    await this.#reload()
    this.kick()
  }

  /** Takes a message in; with a file the body says its name, size, mime and, of a picture, width and height. */
  add(lane: number, body: Body, { file, ...more }: Extras = {}): Item {
    this.#last = Math.max(this.#last + 1, this.#o.clock.now())
    const id = (this.#o.newId ?? randomId)()
    const item: Item = { client_msg_id: id, lane, type: file ? kindOf(body.mime) : "text", body, at: this.#last, state: file ? "uploading" : "waiting", ...more }
    if (file) this.#uploads.take(id, file)
    this.#set(item)
    this.#wake()
    return item
  }

  /** The try that is being made to bring an item's file, for its progress. */
  upload(id: string): Upload | undefined {
    return this.#uploads.current(id)
  }

  /** An item's file, if this page has it: what to show until the server's own can be seen. */
  file(id: string): Blob | undefined {
    return this.#uploads.file(id)
  }

  /** What the view merges into a timeline, in order. */
  items(lane: number): Item[] {
    return this.#sorted().filter((item) => item.lane === lane)
  }

  /** Sends a refused message again, with the same id; its file is brought anew. */
  retry(id: string): void {
    const item = this.#items.get(id)
    if (item?.state !== "failed") return
    const { reason: _, lost: __, ...rest } = item
    const { file_id: ___, ...body } = item.body
    this.#set({ ...rest, body, state: item.ask || item.type === "text" ? "waiting" : "uploading" })
    this.#wake()
  }

  /** Gives a failed message another file, or the same one again. */
  chooseAgain(id: string, body: Body, file: Blob): void {
    const item = this.#items.get(id)
    if (item?.state !== "failed") return
    this.#uploads.take(id, file)
    this.#show({ ...item, type: kindOf(body.mime), body })
    this.retry(id)
  }

  /** Throws away what is not being sent just now; a file on its way is cancelled. */
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

  /** The connection is back, or what the server told to wait for is over: try at once. */
  kick(): void {
    this.#signedOut = false
    this.pauses.clear()
    this.#uploads.kick()
    this.#wake()
  }

  close(): void {
    this.#stopped = true
    this.#uploads.close()
    this.#cancelTimer?.()
  }

  #wake(): void {
    if (this.#stopped || this.#signedOut) return
    this.#startUploads()
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

  #startUploads(): void {
    for (const { client_msg_id, state, body } of this.#items.values()) {
      if (state === "uploading" && !this.#signedOut) this.#uploads.start(client_msg_id, body.name ?? "")
    }
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
    while (!this.#stopped && !this.#signedOut && (this.pauses.get(lane)?.until ?? 0) <= this.#o.clock.now()) {
      const next = this.items(lane).find((item) => item.state === "waiting")
      if (!next) break
      await this.#sendOne({ ...next, state: "sending" })
    }
  }

  async #sendOne(item: Item): Promise<void> {
    this.#show(item)
    const { client_msg_id, lane } = item
    try {
      const message = await this.#o.send(lane, requestOf(item))
      this.pauses.delete(lane)
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
      this.#endSignIn()
    } else if (fault.retry === "never") {
      this.#set({ ...item, state: "failed", reason: fault.message })
    } else {
      const attempt = this.pauses.get(item.lane)?.attempt ?? 0
      const pause = backoff(attempt, this.#o.random ?? Math.random, retrySteps.first, retrySteps.most)
      const until = this.#o.clock.now() + Math.max(fault.retryAfter, pause)
      this.pauses.set(item.lane, { attempt: attempt + 1, until })
      this.#show({ ...item, state: "waiting" })
    }
  }

  #endSignIn(): void {
    this.#signedOut = true
    this.#o.onSignedOut?.()
  }

  /** What another tab did with it counts. */
  async #needed(id: string): Promise<boolean> {
    if (this.#stopped || this.#items.get(id)?.state !== "uploading") return false
    await Promise.all(this.#saving)
    if (this.#unsaved.has(id)) return true
    const stored = await this.#o.store.all().catch(() => undefined)
    return !stored || stored.some((item) => item.client_msg_id === id && item.state === "uploading")
  }

  #uploaded(id: string, file: Stored): void {
    const item = this.#items.get(id)
    if (item?.state !== "uploading") return
    const { id: file_id, kind, ...known } = file
    this.#set({ ...item, type: kind, body: { file_id, ...known }, state: "waiting" })
    this.#wake()
  }

  #stuck(id: string, why: Pick<Item, "reason" | "lost">): void {
    const item = this.#items.get(id)
    if (item?.state === "uploading") this.#set({ ...item, ...why, state: "failed" })
  }

  #acked(item: Item, message: Message): void {
    if (item.type !== "text") void this.#o.store.removeFile(item.client_msg_id).catch(() => undefined)
    this.#set({ ...item, state: "acked", message, acked_at: this.#o.clock.now(), epoch: this.#epoch })
  }

  /** Sets the timer for the lane that may send again first. */
  #sleep(): void {
    this.#cancelTimer?.()
    if (this.#stopped || this.#signedOut) return
    const waiting = new Set(this.#sorted().flatMap((item) => (item.state === "waiting" ? [item.lane] : [])))
    const times = [...waiting].map((lane) => this.pauses.get(lane)?.until ?? 0)
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
    this.#startUploads()
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
    this.#uploads.forget(item.client_msg_id)
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

/** What a file will be shown as; the server looks into it and has the last word. */
function kindOf(mime = ""): "image" | "file" {
  return /^image\/(png|jpeg|gif|webp)$/.test(mime) ? "image" : "file"
}

/** Of a file only its id is told; the server knows the rest. */
function requestOf({ client_msg_id, type, body, ask, reply }: Item): SendRequest {
  return { client_msg_id, type, body: ask ?? (body.file_id ? { file_id: body.file_id } : body), reply_to: reply?.seq } as SendRequest // what is undefined is not sent
}

/** 128 random bits. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
