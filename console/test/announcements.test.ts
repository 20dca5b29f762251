import type { ConversationSync, Header, Message } from "@wire/protocol"
import { MemoryStore } from "@wire/store"
import { beforeEach, expect, test } from "vitest"
import { Messenger } from "../src/state/im"
import { ImApi } from "../src/state/imapi"
import { conversation, FakeClock, jonas, me, message, refusal, Server, settle, Wire } from "./fakes"

let server: Server
let messenger: Messenger
let wire: Wire
let clock: FakeClock
let version = 2

const said = (seq: number, more: Partial<Message> = {}): Message => message(202, seq, { sender_id: jonas.id, ...more })
const own = (seq: number, id: string, ago = 0): Message => said(seq, { sender_id: me.id, client_msg_id: id, created_at: new Date(clock.now() - ago).toISOString() })
const room = () => messenger.rooms.room(202)!
const waits = () => messenger.announcements.waits(room())
const left = () => (messenger.rooms.talk!.slowUntil ? messenger.rooms.talk!.slowUntil - clock.now() : 0)

function group(role: "owner" | "member", header: Partial<Header>, more: object = {}): ConversationSync {
  const place = (person_id: number, role: "owner" | "member") => ({ person_id, role, join_seq: 1, left: false, read: 0, received: 0, version: 1 })
  return { ...conversation(202, [said(1), said(2)]), kind: "group", name: "Team", member_count: 3, ...header, reset: true, members: [{ ...place(me.id, role), ...more }, place(jonas.id, "owner")] }
}

/** The group says something else of itself. */
function act(header: Partial<Header>, members: object[] = []): void {
  version++
  wire.push({ type: "act", conversation_id: 202, version, data: { header: { id: 202, kind: "group", name: "Team", member_count: 3, seq: 2, version, ...header }, members, people: [], message: null } })
}

function pushed(of: Message): void {
  version++
  wire.push({ type: "message", conversation_id: 202, version, data: { ...of, version } })
}

async function begin(sync: ConversationSync, kept: object[] = []): Promise<void> {
  const start = { list: 1, epoch: "e", me: { person: me }, friend_groups: [], friends: [], groups: [], conversations: [], next: "", people: [], blocked: [], unread: 0, kept }
  server.on("GET /api/im", start)
  server.on("GET /api/im/box", { items: [], next: "", unread: 0 })
  server.on("POST /api/chat/bind", { me: me.id, epoch: "e", list: 1, conversations: [sync], gone: [], people: [me, jonas] })
  messenger = new Messenger({ api: new ImApi({ lang: "en", fetch: server.fetch }), me: me.id, store: new MemoryStore(), url: "ws://host/ws", clock, open: () => (wire = new Wire()), shelf: { get: () => null, set: () => undefined, remove: () => undefined }, onSignedOut: () => undefined })
  messenger.start()
  await settle()
  wire.push({ type: "init", client_id: "c", epoch: "e" })
  await settle()
  messenger.rooms.select(202)
}

beforeEach(() => {
  server = new Server()
  clock = new FakeClock()
  version = 2
})

test("an announcement waits until it is confirmed, on whichever device, and a new one waits again", async () => {
  const kept = (noticed: number) => ({ conversation_id: 202, pinned: false, notify: "all", hidden_below: 0, marked: false, noticed })
  await begin(group("member", {}))
  expect(waits()).toBe(false)
  act({ notice: "meet at nine", notice_version: 3, notice_by: jonas.id, notice_asks: true })
  expect(waits()).toBe(true)
  const asked: unknown[] = []
  server.on("POST /api/im/groups/202/notice/confirm", (body: object) => (asked.push(body), kept(3)))
  await messenger.announcements.confirm(202, 3)
  expect([waits(), asked]).toEqual([false, [{ version: 3 }]])
  act({ notice: "meet at ten", notice_version: 4, notice_by: jonas.id, notice_asks: true })
  expect(waits()).toBe(true)
  wire.push({ type: "contacts", data: { list: 2, kept: [kept(4)] } })
  expect(waits()).toBe(false)
  act({ notice: "meet at noon", notice_version: 5, notice_by: me.id, notice_asks: true })
  expect(waits()).toBe(false) // one's own
  act({ notice: "an old one, of before", dissolved: false })
  expect(waits()).toBe(false)
  act({ notice: "too late", notice_version: 7, notice_by: jonas.id, dissolved: true })
  expect(waits()).toBe(false)
})

test("a refused confirmation leaves the announcement where it is", async () => {
  await begin(group("member", { notice: "x", notice_version: 2, notice_by: jonas.id, notice_asks: true }))
  server.on("POST /api/im/groups/202/notice/confirm", refusal(409, "there is a newer announcement: read that one first"))
  await expect(messenger.announcements.confirm(202, 2)).rejects.toThrow("newer")
  expect(waits()).toBe(true)
})

test("how many have confirmed is pushed, and says nothing of the announcement after", async () => {
  await begin(group("owner", { notice: "x", notice_version: 2, notice_by: me.id, notice_asks: true }))
  server.on("GET /api/im/groups/202/notice/readers", { version: 2, confirmed: 1, asked: 2, readers: [], people: [], next: 0 })
  await messenger.announcements.readers(202, true)
  expect(messenger.announcements.count(room())).toEqual({ version: 2, confirmed: 1, asked: 2 })
  wire.push({ type: "confirmed", conversation_id: 202, data: { version: 2, confirmed: 2, asked: 2 } })
  expect(messenger.announcements.count(room())?.confirmed).toBe(2)
  act({ notice: "y", notice_version: 3, notice_by: me.id, notice_asks: true })
  expect(messenger.announcements.count(room())).toBeUndefined()
})

test("in slow mode one waits after each own message, from whichever device, and over a new start", async () => {
  await begin(group("member", { slow: 60 }))
  expect([messenger.rooms.talk!.slowStep, left()]).toEqual([60_000, 0])
  pushed(said(3))
  expect(left()).toBe(0)
  pushed(own(4, "elsewhere"))
  expect(left()).toBe(60_000)
  clock.pass(20_000)
  expect(left()).toBe(40_000)
  act({ slow: 30, seq: 4 })
  expect(left()).toBe(10_000)
  act({ slow: 0, seq: 4 })
  expect([left(), messenger.rooms.talk!.slowStep]).toEqual([0, 0])
  pushed(own(5, "while it is off"))
  act({ slow: 60, seq: 5 })
  expect(left()).toBe(40_000 - 0) // of the one that counted
})

test("after a new start the server says when one spoke, and who manages does not wait", async () => {
  await begin(group("member", { slow: 60 }, { spoke_at: new Date(clock.now() - 45_000).toISOString() }))
  expect(left()).toBe(15_000)
  act({ slow: 60 }, [{ person_id: me.id, role: "admin", join_seq: 1, left: false, read: 0, received: 0, version: 3 }])
  expect([left(), messenger.rooms.talk!.slowStep]).toEqual([0, 0])
})

test("what waits in the outbox goes one after the other as the server says, and at once when the mode ends", async () => {
  await begin(group("member", { slow: 60 }))
  const taken: string[] = []
  let open = 1
  server.on("POST /api/chat/conversations/202/messages", (body: { client_msg_id: string; body: { text: string } }) => {
    if (open-- <= 0) return { ...refusal(429, "slow mode is on"), body: { code: "too_many", message: "slow mode is on", request_id: "", retry: "later", retry_after_ms: 60_000, fields: {} } }
    taken.push(body.body.text)
    return own(2 + taken.length, body.client_msg_id)
  })
  for (const text of ["one", "two", "three"]) messenger.rooms.talk!.send(text)
  await settle()
  expect([taken, left(), messenger.rooms.talk!.queued]).toEqual([["one"], 60_000, 2])
  open = 1
  clock.pass(59_000)
  await settle()
  expect(taken).toEqual(["one"])
  clock.pass(1_000)
  await settle()
  expect([taken, messenger.rooms.talk!.queued]).toEqual([["one", "two"], 1])
  open = 9
  version = 4
  act({ slow: 0, seq: 4 })
  await settle()
  expect([taken, messenger.rooms.talk!.queued]).toEqual([["one", "two", "three"], 0])
})
