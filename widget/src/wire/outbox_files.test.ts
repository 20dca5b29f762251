import { IDBFactory } from "fake-indexeddb"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Fault } from "./api"
import { realClock } from "./clock"
import { me, message, settle } from "./fakes"
import { type Locks, Outbox, type OutboxOptions } from "./outbox"
import type { SendRequest } from "./protocol"
import { MemoryStore, openStore } from "./store"
import type { Parcel } from "./upload"
import { keepMost } from "./uploads"

const network = () => new Fault(0, {})
const picture = new Blob(["picture"], { type: "image/png" })
const body = { name: "a.png", size: 7, mime: "image/png", width: 40, height: 30 }
let requests: SendRequest[]
let parcels: Parcel[]
let refuse: ((call: number) => Fault | undefined) | undefined
let hold: Promise<void> | undefined
let store: MemoryStore
const boxes: Outbox[] = []

const carry = async (parcel: Parcel) => {
  parcels.push(parcel)
  await Promise.race([hold ?? Promise.resolve(), new Promise((_, lose) => parcel.signal.addEventListener("abort", () => lose(network())))])
  const fault = refuse?.(parcels.length)
  if (fault) {
    if (fault.status === 0) parcel.onSent(3)
    throw fault
  }
  return { status: 200, text: JSON.stringify({ id: 40 + parcels.length, kind: "image", name: parcel.name, size: 7, mime: "image/png", width: 40, height: 30 }) }
}

function outbox(more: Partial<OutboxOptions> = {}, prefix = "a"): Outbox {
  let n = 0
  const box = new Outbox({
    name: "box",
    store,
    clock: realClock,
    random: () => 1,
    newId: () => `${prefix}${++n}`,
    send: (lane, request) => {
      requests.push(request)
      return Promise.resolve(message(requests.length, { sender_id: me, client_msg_id: request.client_msg_id, conversation_id: lane, type: request.type }))
    },
    carry,
    onChange: () => undefined,
    onAck: () => undefined,
    ...more,
  })
  boxes.push(box)
  return box
}

const states = (box: Outbox) => box.items(7).map((item) => item.state)

beforeEach(() => {
  vi.useFakeTimers()
  store = new MemoryStore()
  requests = []
  parcels = []
  refuse = undefined
  hold = undefined
})
afterEach(() => {
  for (const box of boxes.splice(0)) box.close()
  vi.useRealTimers()
})

test("the file goes first, then the message with its id, its kind and what it answers", async () => {
  const box = outbox()
  box.add(7, body, { file: picture, reply: { seq: 3, sender_id: 2, alt: "hello" } })
  await settle()
  expect(requests).toEqual([{ client_msg_id: "a1", type: "image", body: { file_id: 41 }, reply_to: 3 }])
  expect(states(box)).toEqual(["acked"])
  expect(await store.file("a1")).toBeUndefined()
  expect(box.file("a1")).toBe(picture)
})

test("a file on its way holds no text up, and tells how far it got", async () => {
  let free = () => {}
  hold = new Promise((resolve) => (free = resolve))
  const box = outbox()
  box.add(7, body, { file: picture })
  box.add(7, { text: "meanwhile" })
  await settle()
  expect(states(box)).toEqual(["uploading", "acked"])
  parcels[0]!.onSent(3)
  expect(box.upload("a1")!.sent).toBe(3)
  free()
  await settle()
  expect(requests.map((request) => request.type)).toEqual(["text", "image"])
})

test("storage that is away is tried again until it is there", async () => {
  refuse = (call) => (call < 5 ? new Fault(503, { retry: "same" }) : undefined)
  const box = outbox()
  box.add(7, body, { file: picture })
  await vi.advanceTimersByTimeAsync(60_000)
  expect([parcels.length, states(box)]).toEqual([5, ["acked"]])
})

test("the connection that is back is used at once", async () => {
  refuse = (call) => (call < 5 ? network() : undefined)
  const box = outbox()
  box.add(7, body, { file: picture })
  await vi.advanceTimersByTimeAsync(7_000)
  const before = parcels.length
  box.kick()
  await settle()
  expect(parcels.length).toBe(before + 1)
})

test("a refused file is shown as failed and can be tried again or thrown away", async () => {
  refuse = () => new Fault(413, { message: "Too large", retry: "never" })
  const box = outbox()
  box.add(7, body, { file: picture })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(box.items(7)[0]).toMatchObject({ state: "failed", reason: "Too large" })
  expect(parcels.length).toBe(1)
  refuse = undefined
  box.retry("a1")
  await settle()
  expect(states(box)).toEqual(["acked"])
})

test("a server that keeps hanging up half-way is not asked for ever", async () => {
  refuse = network
  const box = outbox()
  box.add(7, body, { file: picture })
  await vi.advanceTimersByTimeAsync(5 * 60_000)
  expect([parcels.length, states(box)]).toEqual([6, ["failed"]])
})

test("a message refused for its file is tried again with a new upload", async () => {
  let first = true
  const box = outbox({
    send: (lane, request) => {
      requests.push(request)
      if (first) return Promise.reject(new Fault(404, { retry: "never" }))
      return Promise.resolve(message(1, { sender_id: me, client_msg_id: request.client_msg_id, conversation_id: lane }))
    },
  })
  box.add(7, body, { file: picture })
  await settle()
  expect(states(box)).toEqual(["failed"])
  first = false
  box.retry("a1")
  await settle()
  expect(requests.map((request) => request.body.file_id)).toEqual([41, 42])
})

test("a cancelled file is gone, from the store too", async () => {
  hold = new Promise(() => undefined)
  const box = outbox()
  box.add(7, body, { file: picture })
  await settle()
  box.discard("a1")
  await settle()
  expect(parcels[0]!.signal.aborted).toBe(true)
  expect([box.items(7), requests, await store.all(), await store.file("a1")]).toEqual([[], [], [], undefined])
})

test("a kept file survives a reload; one too large to keep has to be chosen again", async () => {
  vi.useRealTimers()
  const factory = new IDBFactory()
  hold = new Promise(() => undefined)
  const before = outbox({ store: await openStore("box", factory, realClock) })
  before.add(7, body, { file: picture })
  before.add(7, { ...body, size: keepMost + 1 }, { file: new Blob([new Uint8Array(keepMost + 1)]) })
  await vi.waitFor(() => expect(parcels.length).toBe(2))
  before.close()
  hold = undefined
  const after = outbox({ store: await openStore("box", factory, realClock) }, "b")
  await after.open()
  await vi.waitFor(() => expect(states(after)).toEqual(["acked", "failed"]))
  expect(after.items(7)[1]!.lost).toBe(true)
  after.chooseAgain("a2", { ...body, name: "b.png" }, picture)
  await vi.waitFor(() => expect(states(after)).toEqual(["acked", "acked"]))
  expect(parcels.at(-1)!.name).toBe("b.png")
  expect(after.items(7)[1]!.lost).toBeUndefined()
})

test("two tabs share a store: one brings the file, the other waits and then has nothing to do", async () => {
  const chains = new Map<string, Promise<unknown>>()
  const locks: Locks = {
    request: (name, run) => {
      const next = (chains.get(name) ?? Promise.resolve()).then(run)
      chains.set(name, next)
      return next as never
    },
  }
  let free = () => {}
  hold = new Promise((resolve) => (free = resolve))
  const one = outbox({ locks }, "a")
  one.add(7, body, { file: picture })
  await settle()
  const two = outbox({ locks }, "b")
  await two.open()
  expect(states(two)).toEqual(["uploading"])
  free()
  await settle()
  await two.open()
  expect([parcels.length, requests.length, states(one), states(two)]).toEqual([1, 1, ["acked"], ["acked"]])
})

test("an ended sign-in keeps the file until it is back", async () => {
  refuse = (call) => (call === 1 ? new Fault(401, { retry: "never" }) : undefined)
  const onSignedOut = vi.fn()
  const box = outbox({ onSignedOut })
  box.add(7, body, { file: picture })
  await vi.advanceTimersByTimeAsync(60_000)
  expect([onSignedOut.mock.calls.length, states(box)]).toEqual([1, ["uploading"]])
  box.kick()
  await settle()
  expect(states(box)).toEqual(["acked"])
})
