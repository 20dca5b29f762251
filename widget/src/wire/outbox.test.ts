import { IDBFactory } from "fake-indexeddb"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Fault } from "./api"
import { realClock } from "./clock"
import { me, message, settle } from "./fakes"
import { type Item, type Locks, Outbox, type OutboxOptions } from "./outbox"
import type { Message, SendRequest } from "./protocol"
import { MemoryStore, openStore } from "./store"

/** A server that keeps its promise: the same id gets the same answer. */
class Server {
  log: { lane: number; id: string }[] = []
  calls: string[] = []
  busy = 0
  most = 0
  fail: ((call: number) => unknown) | undefined
  hold: Promise<void> | undefined

  send = async (lane: number, request: SendRequest): Promise<Message> => {
    this.calls.push(request.client_msg_id)
    this.most = Math.max(this.most, ++this.busy)
    await this.hold
    this.busy--
    const refusal = this.fail?.(this.calls.length)
    if (refusal) throw refusal
    return this.place(lane, request.client_msg_id)
  }

  place(lane: number, id: string): Message {
    let at = this.log.findIndex((entry) => entry.id === id)
    if (at < 0) at = this.log.push({ lane, id }) - 1
    return message(at + 1, { sender_id: me, client_msg_id: id, conversation_id: lane })
  }

  get ids(): string[] {
    return this.log.map((entry) => entry.id)
  }
}

const network = () => new Fault(0, {})
let server: Server
let store: MemoryStore

function outbox(more: Partial<OutboxOptions> = {}, prefix = "a"): Outbox {
  let n = 0
  return new Outbox({
    name: "box",
    store,
    clock: realClock,
    random: () => 1,
    newId: () => `${prefix}${++n}`,
    send: server.send,
    carry: () => Promise.reject(network()),
    onChange: () => undefined,
    onAck: () => undefined,
    ...more,
  })
}

const states = (box: Outbox, lane = 7) => box.items(lane).map((item) => [item.client_msg_id, item.state])

beforeEach(() => {
  vi.useFakeTimers()
  server = new Server()
  store = new MemoryStore()
})
afterEach(() => vi.useRealTimers())

test("sends in order, one at a time", async () => {
  const box = outbox()
  for (const text of ["one", "two", "three"]) box.add(7, { text })
  await settle()
  expect(server.ids).toEqual(["a1", "a2", "a3"])
  expect(server.most).toBe(1)
  expect(states(box).every(([, state]) => state === "acked")).toBe(true)
})

test("a lost answer is asked for again with the same id and never doubles", async () => {
  server.fail = (call) => {
    if (call > 2) return undefined
    server.place(7, "a1") // committed, but the answer got lost
    return network()
  }
  const box = outbox()
  box.add(7, { text: "one" })
  box.add(7, { text: "two" })
  await settle()
  expect(server.calls).toEqual(["a1"])
  await vi.advanceTimersByTimeAsync(999)
  expect(server.calls).toEqual(["a1"])
  await vi.advanceTimersByTimeAsync(1 + 2000)
  expect(server.calls).toEqual(["a1", "a1", "a1", "a2"])
  expect(server.ids).toEqual(["a1", "a2"])
})

test("what the server knows better is asked for, and a refused one is asked for again", async () => {
  const sent: SendRequest[] = []
  const box = outbox({ send: (lane, request) => (sent.push(request), sent.length === 1 ? Promise.reject(new Fault(404, {})) : server.send(lane, request)) })
  const ask = { from: { conversation_id: 5, seqs: [2] } }
  const { client_msg_id } = box.add(7, { name: "plan.txt", file_id: 8 }, { type: "file", ask })
  await settle()
  expect(states(box)).toEqual([[client_msg_id, "failed"]])
  box.retry(client_msg_id)
  await settle()
  expect(states(box)).toEqual([[client_msg_id, "acked"]])
  expect(sent.map(({ type, body }) => [type, body])).toEqual([["file", ask], ["file", ask]])
})

test("what the server told a lane to wait for may be over before", async () => {
  const box = outbox()
  server.fail = (call) => (call === 1 ? new Fault(429, { retry: "later", retry_after_ms: 60_000 }) : undefined)
  box.add(7, { text: "one" })
  box.add(7, { text: "two" })
  await settle()
  expect([(box.pauses.get(7)?.until ?? 0) - Date.now(), box.pauses.get(8), server.ids]).toEqual([60_000, undefined, []])
  expect(server.calls.length).toBe(1)
  box.kick()
  await settle()
  expect([box.pauses.get(7), server.ids]).toEqual([undefined, ["a1", "a2"]])
})

test("a full disk keeps the message and tries until it goes", async () => {
  server.fail = (call) => (call < 6 ? new Fault(503, { code: "unavailable", retry: "same" }) : undefined)
  const box = outbox()
  box.add(7, { text: "one" })
  await settle()
  expect(states(box)).toEqual([["a1", "waiting"]])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(states(box)).toEqual([["a1", "acked"]])
  expect(server.ids).toEqual(["a1"])
})

test("waits as long as the server says", async () => {
  server.fail = (call) => (call === 1 ? new Fault(429, { retry: "later", retry_after_ms: 20_000 }) : undefined)
  const box = outbox()
  box.add(7, { text: "one" })
  await vi.advanceTimersByTimeAsync(19_999)
  expect(server.calls.length).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(server.ids).toEqual(["a1"])
})

test.each([400, 409, 403, 413])("a %i is shown as failed, does not block the next, can be sent again or thrown away", async (status) => {
  server.fail = (call) => (call === 1 ? new Fault(status, { message: "No", retry: "never" }) : undefined)
  const box = outbox()
  box.add(7, { text: "one" })
  box.add(7, { text: "two" })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(states(box)).toEqual([["a1", "failed"], ["a2", "acked"]])
  expect(box.items(7)[0]!.reason).toBe("No")
  server.fail = () => new Fault(status, { message: "No", retry: "never" })
  box.retry("a1")
  await settle()
  expect(server.calls).toEqual(["a1", "a2", "a1"])
  box.discard("a1")
  expect(states(box)).toEqual([["a2", "acked"]])
})

test("one conversation's trouble does not stop another", async () => {
  let free = () => {}
  server.hold = new Promise((resolve) => (free = resolve))
  const box = outbox()
  box.add(7, { text: "one" })
  await settle()
  server.hold = undefined
  box.add(8, { text: "two" })
  await settle()
  expect(states(box, 8)).toEqual([["a2", "acked"]])
  free()
  await settle()
  expect(states(box)).toEqual([["a1", "acked"]])
})

test("survives a reload: the next page sends what the last one could not", async () => {
  const factory = new IDBFactory()
  vi.useRealTimers()
  server.fail = network
  const before = outbox({ store: await openStore("box", factory, realClock) })
  before.add(7, { text: "one" })
  before.add(7, { text: "two" })
  await vi.waitFor(() => expect(server.calls).toEqual(["a1"]))
  before.close()
  server.fail = undefined
  const after = outbox({ store: await openStore("box", factory, realClock) }, "b")
  await after.open()
  await vi.waitFor(() => expect(server.ids).toEqual(["a1", "a2"]))
  after.add(7, { text: "three" })
  await vi.waitFor(() => expect(server.ids).toEqual(["a1", "a2", "b1"]))
  after.close()
})

test("storage that is refused means memory", async () => {
  const refusing = { open: () => { throw new Error("SecurityError") } } as unknown as IDBFactory
  expect(await openStore("box", refusing, realClock)).toBeInstanceOf(MemoryStore)
  expect(await openStore("box", undefined, realClock)).toBeInstanceOf(MemoryStore)
  const silent = { open: () => ({}) } as unknown as IDBFactory
  const opening = openStore("box", silent, realClock)
  await vi.advanceTimersByTimeAsync(2000)
  expect(await opening).toBeInstanceOf(MemoryStore)
})

test("a store that is full does not keep a message from being sent", async () => {
  store.put = () => Promise.reject(new Error("quota"))
  server.fail = (call) => (call === 1 ? network() : undefined)
  const box = outbox()
  box.add(7, { text: "one" })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(server.ids).toEqual(["a1"])
})

test("a push before the ack settles the message, and the late failure changes nothing", async () => {
  let free = () => {}
  server.hold = new Promise((resolve) => (free = resolve))
  server.fail = network
  const box = outbox()
  box.add(7, { text: "one" })
  await settle()
  box.settle(server.place(7, "a1"))
  free()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(states(box)).toEqual([["a1", "acked"]])
  expect(server.calls.length).toBe(1)
})

test("another life of the database is asked about the last ten minutes", async () => {
  const box = outbox()
  box.epoch("one")
  box.add(7, { text: "long ago" })
  await vi.advanceTimersByTimeAsync(10 * 60_000)
  box.add(7, { text: "lately" })
  await vi.advanceTimersByTimeAsync(1)
  server.log = []
  box.epoch("one")
  await settle()
  expect(server.ids).toEqual([])
  box.epoch("two")
  await settle()
  expect(server.ids).toEqual(["a2"])
  expect(states(box)).toEqual([["a2", "acked"]])
})

test("an ended sign-in keeps everything until it is back", async () => {
  server.fail = (call) => (call === 1 ? new Fault(401, { retry: "never" }) : undefined)
  const onSignedOut = vi.fn()
  const box = outbox({ onSignedOut })
  box.add(7, { text: "one" })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(onSignedOut).toHaveBeenCalledOnce()
  expect(states(box)).toEqual([["a1", "waiting"]])
  box.kick()
  await settle()
  expect(server.ids).toEqual(["a1"])
})

test("two tabs share a store: one sends at a time and nothing is sent twice", async () => {
  let chain: Promise<unknown> = Promise.resolve()
  const locks: Locks = { request: (_, run) => (chain = chain.then(run)) as never }
  const one = outbox({ locks }, "a")
  const two = outbox({ locks }, "b")
  one.add(7, { text: "one" })
  two.add(7, { text: "two" })
  one.add(7, { text: "three" })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(server.most).toBe(1)
  expect([...server.calls].sort()).toEqual(["a1", "a2", "b1"])
  await two.open()
  expect(two.items(7).map((item: Item) => item.state)).toEqual(["acked", "acked", "acked"])
})
