import type { ConversationSync, Message } from "@wire/protocol"
import { MemoryStore } from "@wire/store"
import { beforeEach, expect, test } from "vitest"
import { Messenger } from "../src/state/im"
import { ImApi, type Kept } from "../src/state/imapi"
import { conversation, FakeClock, jonas, me, message, refusal, Server, settle, Wire } from "./fakes"

let server: Server
let messenger: Messenger
let wire: Wire
let clock: FakeClock
let start: object
const asked: unknown[] = []

const kept = (conversation_id: number, more: Partial<Kept> = {}): Kept => ({ conversation_id, pinned: false, notify: "all", hidden_below: 0, marked: false, ...more })
const said = (id: number, seq: number, more: Partial<Message> = {}): Message => message(id, seq, { sender_id: jonas.id, ...more })
const list = (): unknown[] => messenger.rooms.rows.map((room) => room.id)

function room(id: number, kind: "direct" | "group", messages: Message[], others = [jonas.id]): ConversationSync {
  const place = (person_id: number) => ({ person_id, role: "member" as const, join_seq: 1, left: false, read: 0, received: 0, version: 1 })
  return { ...conversation(id, messages), kind, reset: true, members: [me.id, ...others].map(place) }
}

beforeEach(async () => {
  server = new Server()
  clock = new FakeClock()
  asked.length = 0
  start = { list: 1, epoch: "e", me: { person: me }, friend_groups: [], friends: [], groups: [], conversations: [{ id: 202, mention: 0 }], next: "", people: [], blocked: [], unread: 0 }
  server.on("GET /api/im", () => ({ ...start, kept: [kept(201, { pinned: true })] }))
  server.on("GET /api/im/box", { items: [], next: "", unread: 0 })
  server.on("POST /api/chat/bind", { me: me.id, epoch: "e", list: 1, conversations: [room(201, "direct", [said(201, 1)]), room(202, "group", [said(202, 1), said(202, 2)]), room(203, "direct", [], [])], gone: [], people: [me, jonas] })
  server.on("PATCH /api/im/conversations/202", (change: object) => (asked.push(change), kept(202, change)))
  messenger = new Messenger({ api: new ImApi({ lang: "en", fetch: server.fetch }), me: me.id, store: new MemoryStore(), url: "ws://host/ws", clock, open: () => (wire = new Wire()), shelf: { get: () => null, set: () => undefined, remove: () => undefined }, onSignedOut: () => undefined })
  messenger.start()
  await settle()
  wire.push({ type: "init", client_id: "c", epoch: "e" })
  await settle()
})

test("what is pinned stands on top, and what one keeps for oneself is told apart", () => {
  expect(list()).toEqual([201, 202, 203])
  expect(messenger.rooms.rows.map((room) => [room.pinned, room.saved])).toEqual([[true, false], [false, false], [false, true]])
})

test("another device's change is shown at once, and who is quiet does not count until the time is over", () => {
  expect(messenger.rooms.unread).toBe(3)
  const until = new Date(clock.now() + 3_600_000).toISOString()
  wire.push({ type: "contacts", data: { list: 2, kept: [kept(202, { notify: "none", until }), kept(201)] } })
  expect([messenger.rooms.room(202)?.muted, messenger.rooms.unread, list()[0]]).toEqual([true, 1, 202])
  clock.pass(3_600_000)
  expect([messenger.rooms.room(202)?.muted, messenger.rooms.unread]).toEqual([false, 3])
})

test("a change whose frame was lost is read when heads name a later list, however often that takes", async () => {
  const reads = () => server.calls.filter((call) => call === "GET /api/im").length
  const begun = reads()
  server.on("POST /api/chat/sync", { me: me.id, epoch: "e", list: 2, conversations: [], gone: [], people: [] })
  server.on("GET /api/im", refusal(503, "not now"))
  wire.push({ type: "heads", list: 2, data: {} })
  await settle()
  expect([messenger.rooms.room(202)?.muted, reads()]).toEqual([false, begun + 1])
  server.on("GET /api/im", { ...start, list: 2, kept: [kept(202, { notify: "none" })] })
  clock.pass(60_000)
  await settle()
  expect([messenger.rooms.room(202)?.muted, reads()]).toEqual([true, begun + 2])
})

test("where only mentions are told of, one counts however many messages there are", () => {
  wire.push({ type: "contacts", data: { list: 2, kept: [kept(202, { notify: "mentions" })] } })
  expect(messenger.rooms.unread).toBe(1)
  wire.push({ type: "message", conversation_id: 202, version: 3, data: said(202, 3, { body: { text: "@Maya", mentions: [me.id] } }) })
  expect([messenger.rooms.room(202)?.mentioned, messenger.rooms.unread]).toEqual([true, 2])
})

test("a hidden conversation is out of the list and its count until something new comes", () => {
  wire.push({ type: "contacts", data: { list: 2, kept: [kept(202, { hidden_below: 3 })] } })
  expect([list(), messenger.rooms.unread, messenger.rooms.room(202)?.id]).toEqual([[201, 203], 1, 202])
  messenger.rooms.select(202)
  expect(list()).toContain(202) // it is looked at
  messenger.rooms.select(0)
  wire.push({ type: "message", conversation_id: 202, version: 3, data: said(202, 3) })
  expect(list()).toContain(202)
})

test("a mark of one's own counts as one and goes when the conversation is looked at", async () => {
  server.on("PATCH /api/im/conversations/202", (change: object) => (asked.push(change), kept(202, change)))
  messenger.rooms.markRead(202)
  await messenger.keeping.change(202, { marked: true })
  expect([messenger.rooms.room(202)?.marked, messenger.rooms.unread]).toEqual([true, 2])
  messenger.rooms.select(202)
  await settle()
  expect([messenger.rooms.room(202)?.marked, asked]).toEqual([false, [{ marked: true }, { marked: false }]])
})

test("a name called above what is here is known from the start", async () => {
  server.on("GET /api/im", { list: 5, epoch: "e", me: { person: me }, friend_groups: [], friends: [], groups: [], conversations: [{ id: 202, mention: 2 }], next: "", people: [], blocked: [], unread: 0, kept: [] })
  await messenger.contacts.load()
  expect(messenger.rooms.room(202)?.mentioned).toBe(true)
})
