import type { ConversationSync, Message } from "@wire/protocol"
import { MemoryStore } from "@wire/store"
import { beforeEach, expect, test } from "vitest"
import { Office } from "../src/state/office"
import { conversation, desk as answer, FakeClock, jonas, later, me, message, refusal, seat, Server, settle, theo, Wire } from "./fakes"

let server: Server
let office: Office
let wire: Wire

const said = (id: number, seq: number, by = jonas.id, more: Partial<Message> = {}): Message => message(id, seq, { sender_id: by, client_msg_id: `c${seq}`, created_at: new Date(Date.now() - 60_000 + seq * 1000).toISOString(), ...more })

/** What is between the reader and Jonas, alone or in a group. */
function room(id: number, kind: "direct" | "group", messages: Message[], more: Partial<ConversationSync> = {}): ConversationSync {
  const place = (person_id: number, role: "owner" | "member") => ({ person_id, role, join_seq: 1, left: false, read: 0, received: 0, version: 1 })
  return { ...conversation(id, messages), kind, reset: true, members: [place(me.id, "owner"), place(jonas.id, "member")], ...more }
}

const bind = (conversations: ConversationSync[]) => ({ me: me.id, epoch: "e", list: 1, conversations, gone: [], people: [me, jonas, theo] })

beforeEach(async () => {
  server = new Server()
  server.on("GET /api/desk", answer())
  server.on("POST /api/chat/bind", bind([room(201, "direct", [said(201, 1)]), room(202, "group", [said(202, 1, me.id), said(202, 2)], { name: "Team", member_count: 2 }), conversation(101, [message(101, 1)])]))
  office = new Office({
    api: server.api,
    me: me.id,
    store: new MemoryStore(),
    url: "ws://host/ws",
    clock: new FakeClock(),
    open: () => (wire = new Wire()),
    shelf: { get: () => null, set: () => undefined, remove: () => undefined },
    onSignedOut: () => undefined,
  })
  office.start()
  await settle()
  wire.push({ type: "init", client_id: "c", epoch: "e" })
  await settle()
})

test("the list holds what colleagues say, the latest first, and no visitors", () => {
  expect(office.rooms.rows.map((r) => [r.id, r.kind, r.name, r.unread, r.size])).toEqual([[202, "group", "Team", 1, 2], [201, "direct", "Jonas", 1, 2]])
  expect(office.rooms.unread).toBe(2)
  expect(office.desk.colleagues.map((s) => s.person.id)).toEqual([jonas.id])
  expect(office.rooms.room(201)?.here).toBe(true)
  office.desk.apply({ type: "seat", data: seat(jonas, { present: false, version: 2 }) })
  wire.push({ type: "message", conversation_id: 201, version: 2, data: said(201, 9, jonas.id, { seq: 2, version: 2 }) })
  expect([office.rooms.room(201)?.here, office.rooms.rows[0]?.id]).toEqual([false, 201])
})

test("a cleared chat keeps its place, by what was said in it last", async () => {
  const cleared = { version: 5, seq: 2, name: "Team", member_count: 2, last_at: said(202, 2).created_at }
  server.on("POST /api/chat/sync", bind([room(202, "group", [], cleared)]))
  wire.push({ type: "resync" })
  await settle()
  expect(office.rooms.rows.map((r) => [r.id, r.last?.seq])).toEqual([[202, undefined], [201, 1]])
  const header = { id: 202, kind: "group", version: 6, seq: 2, name: "Team", member_count: 2, hushed: true }
  wire.push({ type: "act", conversation_id: 202, version: 6, data: { header, members: [], people: [], message: null } })
  expect(office.rooms.rows.map((r) => [r.id, r.header?.hushed ?? false])).toEqual([[202, true], [201, false]])
})

test("what the address names is not taken for gone before the server has told what there is", async () => {
  const early = new Office({ api: server.api, me: me.id, store: new MemoryStore(), url: "ws://host/ws", clock: new FakeClock(), open: () => (wire = new Wire()), shelf: { get: () => null, set: () => undefined, remove: () => undefined }, onSignedOut: () => undefined })
  early.rooms.select(202)
  early.start()
  early.client.meet({ conversations: [], people: [jonas] })
  expect([early.rooms.selected, early.rooms.gone]).toEqual([202, 0])
  await settle()
  wire.push({ type: "init", client_id: "c", epoch: "e" })
  await settle()
  expect(early.rooms.talk?.conversation).toBe(202)
  const late = office.rooms
  late.select(999)
  office.client.meet({ conversations: [], people: [jonas] })
  expect([late.selected, late.gone]).toEqual([0, 999])
})

test("an act changes name, size and places at once, and whoever is put out loses the room", async () => {
  office.rooms.select(202)
  const talk = office.rooms.talk!
  const header = { id: 202, kind: "group", version: 3, seq: 3, name: "New name", member_count: 1 }
  const gone = { person_id: jonas.id, role: "member", join_seq: 1, left: true, read: 0, received: 0, version: 3 }
  wire.push({ type: "act", conversation_id: 202, version: 3, data: { header, members: [gone], people: [jonas], message: said(202, 3, 0, { type: "system", body: { key: "group.removed" } }) } })
  expect([office.rooms.room(202)?.name, office.rooms.room(202)?.size, talk.insiders.map((i) => i.member.person_id)]).toEqual(["New name", 1, [me.id]])
  expect(talk.lines.at(-1)?.kind).toBe("system")
  server.on("POST /api/chat/sync", { ...bind([]), list: 2, gone: [202] })
  wire.push({ type: "list", data: { list: 2 } })
  await settle()
  expect([office.rooms.talk, office.rooms.selected, office.rooms.rows.map((r) => r.id)]).toEqual([undefined, 0, [201]])
})

test("writing to a colleague opens the one conversation, new or old", async () => {
  server.on("POST /api/chat/direct", { id: 203, kind: "direct", version: 1, seq: 0 })
  server.on("POST /api/chat/sync", bind([room(203, "direct", [])]))
  await office.rooms.write(jonas.id)
  expect([office.rooms.selected, office.rooms.talk?.conversation, office.rooms.talk?.state]).toEqual([203, 203, "ready"])
  server.on("POST /api/chat/direct", { id: 204, kind: "direct", version: 9, seq: 5 }) // below what a sync covers
  server.on("POST /api/chat/sync", bind([]))
  server.on("GET /api/chat/conversations", { conversations: [room(204, "direct", [said(204, 5)])], people: [jonas], next: "" })
  await office.rooms.write(jonas.id)
  expect([office.rooms.talk?.conversation, office.rooms.more]).toEqual([204, false])
})

test("the last own text comes back to be changed, and a lost answer is asked for under the same id", async () => {
  office.rooms.select(202)
  const talk = office.rooms.talk!
  expect(talk.actions(said(202, 1, me.id))).toContain("edit")
  expect(talk.actions(said(202, 2))).not.toContain("edit")
  expect(talk.editLast()).toBe(true)
  const ids: string[] = []
  const edited = said(202, 1, me.id, { version: 3, body: { text: "better" }, edited_at: "2026-11-23T12:00:00Z" })
  server.on("PATCH /api/chat/conversations/202/messages/1", (body: { edit_id: string }) => (ids.push(body.edit_id), ids.length === 1 ? "cut" : edited))
  await expect(talk.pen.save(" better ")).rejects.toThrow()
  expect(talk.pen.editing?.seq).toBe(1)
  await talk.pen.save(" better ")
  expect([talk.pen.editing, ids[0] === ids[1], ids[0]?.length]).toEqual([undefined, true, 32])
  expect(talk.lines.flatMap((l) => (l.kind === "group" ? l.bubbles.map((b) => b.text) : []))).toEqual(["better", "line 2"])
  talk.pen.edit(edited)
  await talk.pen.save("better") // it says so already
  expect([ids.length, talk.pen.editing]).toEqual([2, undefined])
})

test("a refused group leaves everything as it is", async () => {
  server.on("POST /api/chat/groups", refusal(409, "the group would have too many members"))
  await expect(office.rooms.found("an id", "Team", [jonas.id])).rejects.toThrow("too many")
  expect(office.rooms.selected).toBe(0)
  const slow = later<unknown>()
  server.on("POST /api/chat/groups", () => slow.promise)
  server.on("POST /api/chat/sync", bind([room(205, "group", [], { name: "Late", member_count: 2 })]))
  const making = office.rooms.found("an id", " Late ", [jonas.id])
  slow.done({ id: 205, kind: "group", version: 1, seq: 1, name: "Late" })
  await making
  expect(office.rooms.talk?.conversation).toBe(205)
})
