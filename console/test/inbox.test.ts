import { MemoryStore } from "@wire/store"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { Line } from "../src/state/lines"
import { Office } from "../src/state/office"
import { conversation, desk as answer, FakeClock, me, message, mine, refusal, Server, settle, theo, ticket, Wire } from "./fakes"

let server: Server
let office: Office
let wire: Wire
let clock: FakeClock
let signedOut: number

const bind = (conversations: unknown[], gone: number[] = []) => ({ me: me.id, epoch: "e", list: 1, conversations, gone, people: [theo, me] })
const texts = (lines: Line[]): string[] => lines.flatMap((l) => (l.kind === "group" ? l.bubbles.map((b) => b.text) : []))
const marks = (lines: Line[]): string[] => lines.flatMap((l) => (l.kind === "group" && l.own ? l.bubbles.map((b) => b.mark) : []))

async function start(): Promise<void> {
  office.start()
  await settle()
  wire.push({ type: "init", client_id: "c", epoch: "e" })
  await settle()
}

beforeEach(() => {
  server = new Server()
  clock = new FakeClock()
  signedOut = 0
  const shelf = new Map<string, string>()
  server.on("GET /api/desk", answer({ mine: [mine(1), mine(2)], waiting: [ticket(3)] }))
  server.on("POST /api/chat/bind", bind([conversation(101, [message(101, 1), message(101, 2)], 2), conversation(102, [message(102, 1), message(102, 2)], 1)]))
  server.on("POST /api/chat/conversations/101/cursors", undefined)
  server.on("POST /api/chat/conversations/102/cursors", undefined)
  office = new Office({
    api: server.api,
    me: me.id,
    store: new MemoryStore(),
    url: "ws://host/ws",
    clock,
    open: () => (wire = new Wire()),
    shelf: { get: (k) => shelf.get(k) ?? null, set: (k, v) => void shelf.set(k, v), remove: (k) => void shelf.delete(k) },
    onSignedOut: () => signedOut++,
  })
})
afterEach(() => office.stop())

test("unread comes first, and a row keeps its place while it is read", async () => {
  await start()
  const ids = () => office.inbox.rows("mine").map((t) => t.id)
  wire.push({ type: "message", conversation_id: 101, version: 3, data: message(101, 3, { sender_id: me.id }) })
  expect(ids()).toEqual([2, 1])
  expect([office.inbox.unread(mine(2)), office.inbox.unreadInAll]).toEqual([1, 1])
  office.inbox.select(2)
  office.inbox.talk?.look(true)
  expect(office.inbox.unread(mine(2))).toBe(0)
  expect(ids()).toEqual([2, 1])
  office.inbox.select(1)
  expect(ids()).toEqual([1, 2])
})

test("what is displayed counts as read only while somebody looks", async () => {
  await start()
  office.inbox.select(2)
  expect(office.inbox.unread(mine(2))).toBe(1)
  office.inbox.talk?.look(true)
  expect(office.inbox.unread(mine(2))).toBe(0)
  office.inbox.talk?.look(false)
  wire.push({ type: "message", conversation_id: 102, version: 3, data: message(102, 3) })
  expect(office.inbox.unread(mine(2))).toBe(1)
})

test("the last line of a row follows the timeline, own words too", async () => {
  await start()
  expect(office.inbox.preview(mine(1))).toEqual({ text: "line 2", kind: "text", at: message(101, 2).created_at, mine: false })
  wire.push({ type: "message", conversation_id: 101, version: 3, data: message(101, 3, { sender_id: me.id, body: { text: "hello" } }) })
  expect(office.inbox.preview(mine(1))).toMatchObject({ text: "hello", mine: true })
  expect(office.inbox.preview(ticket(3))).toMatchObject({ text: "text 3", mine: false })
})

test("a message goes from sending to read, and is never doubled", async () => {
  await start()
  office.inbox.select(1)
  const talk = office.inbox.talk
  server.on("POST /api/chat/conversations/101/messages", (body: { client_msg_id: string; body: { text: string } }) => message(101, 3, { sender_id: me.id, client_msg_id: body.client_msg_id, body: body.body }))
  expect(talk?.send("  ")).toBe(false)
  expect(talk?.send("x".repeat(4001))).toBe(false)
  expect(talk?.send(" hi ")).toBe(true)
  expect(marks(talk?.lines ?? [])).toEqual(["sending"])
  await settle()
  expect([texts(talk?.lines ?? []), marks(talk?.lines ?? [])]).toEqual([["line 1", "line 2", "hi"], ["sent"]])
  wire.push({ type: "cursor", conversation_id: 101, data: { person_id: theo.id, read: 0, received: 3 } })
  expect(marks(talk?.lines ?? [])).toEqual(["delivered"])
  wire.push({ type: "cursor", conversation_id: 101, data: { person_id: theo.id, read: 3, received: 3 } })
  expect(marks(talk?.lines ?? [])).toEqual(["read"])
})

test("a refused message stays with the reason until it is sent again or dropped", async () => {
  await start()
  office.inbox.select(1)
  const talk = office.inbox.talk
  server.on("POST /api/chat/conversations/101/messages", refusal(403, "you are not in this conversation"))
  talk?.send("hi")
  await settle()
  const line = talk?.lines.at(-1)
  const bubble = line?.kind === "group" ? line.bubbles[0] : undefined
  expect([bubble?.mark, bubble?.item?.reason]).toEqual(["failed", "you are not in this conversation"])
  talk?.discard(bubble?.key ?? "")
  expect(texts(talk?.lines ?? [])).toEqual(["line 1", "line 2"])
})

test("a waiting ticket is read by role, and taking it goes on from the same lines", async () => {
  await start()
  server.on("GET /api/desk/tickets/3/messages", { messages: [message(103, 5), message(103, 6)], more: true, people: [] })
  office.inbox.select(3)
  await settle()
  const talk = office.inbox.talk
  expect([texts(talk?.lines ?? []), talk?.more, talk?.state]).toEqual([["line 5", "line 6"], true, "ready"])
  server.on("POST /api/desk/tickets/3/take", mine(3, { version: 2 }))
  server.on("POST /api/chat/sync", bind([conversation(103, [message(103, 6), message(103, 7)])]))
  await office.inbox.take(3)
  wire.push({ type: "list", data: { list: 2 } })
  await settle()
  expect([office.inbox.tab, office.inbox.talk]).toEqual(["mine", talk])
  expect([texts(talk?.lines ?? []), talk?.more]).toEqual([["line 5", "line 6", "line 7"], true])
  server.on("GET /api/chat/conversations/103/messages", { messages: [message(103, 4)], more: false, people: [] })
  expect(await talk?.older()).toBe(true)
  expect([texts(talk?.lines ?? []), talk?.more]).toEqual([["line 4", "line 5", "line 6", "line 7"], false])
})

test("closing keeps the screen, and the visitor's return goes on in it", async () => {
  await start()
  server.on("GET /api/desk/tickets", { tickets: [], more: false })
  office.inbox.show("closed")
  await settle()
  office.inbox.select(1)
  const talk = office.inbox.talk
  server.on("POST /api/desk/tickets/1/close", mine(1, { version: 2, state: "closed" }))
  server.on("GET /api/desk/tickets/1/messages", { messages: [message(101, 1), message(101, 2), message(101, 3, { type: "system", body: { key: "ticket.closed", args: { by: "agent" } } })], more: false, people: [] })
  server.on("POST /api/chat/sync", bind([], [101]))
  await office.desk.close(1)
  wire.push({ type: "list", data: { list: 2 } })
  await settle()
  expect(talk?.lines.map((l) => l.kind).at(-1)).toBe("system")
  expect(texts(talk?.lines ?? [])).toEqual(["line 1", "line 2"])
  expect(office.inbox.rows("closed").map((t) => t.id)).toEqual([1])
  office.desk.apply({ type: "ticket", data: ticket(9, { conversation_id: 101 }) })
  expect([office.inbox.selected, talk?.ticket.state]).toEqual([9, "waiting"])
})

test("closed tickets come page by page", async () => {
  await start()
  server.on("GET /api/desk/tickets", (_: unknown, query: URLSearchParams) => (query.get("before") ? { tickets: [ticket(20, { state: "closed" })], more: false } : { tickets: [ticket(30, { state: "closed" }), ticket(25, { state: "closed" })], more: true }))
  office.inbox.show("closed")
  await settle()
  expect([office.inbox.rows().map((t) => t.id), office.inbox.closedMore]).toEqual([[30, 25], true])
  await office.inbox.moreClosed()
  expect([office.inbox.rows().map((t) => t.id), office.inbox.closedMore]).toEqual([[30, 25, 20], false])
  expect(server.calls.at(-1)).toContain("before=25")
  expect([office.inbox.neighbour(25, 1)?.id, office.inbox.neighbour(20, 1)?.id, office.inbox.neighbour(0, -1)?.id]).toEqual([20, 20, 30])
})

test("a ticket that ended while the page was away is noticed on coming back", async () => {
  await start()
  office.inbox.select(1)
  server.on("GET /api/desk", answer({ mine: [mine(2)] }))
  server.on("GET /api/desk/tickets/1", { ticket: mine(1, { version: 7, state: "closed" }), history: [] })
  wire.push({ type: "init", client_id: "again", epoch: "e" })
  await settle()
  expect(office.inbox.talk?.ticket.state).toBe("closed")
})

test("a short loss is not worth a word, a longer one is", async () => {
  await start()
  expect(office.line).toBe("live")
  wire.onclose?.({ code: 1006 })
  expect(office.line).toBe("connecting")
  clock.pass(3_000)
  expect(office.line).toBe("offline")
})

test("a sign-in that ended on the socket is told once to the page", async () => {
  await start()
  wire.onclose?.({ code: 4401 })
  expect(signedOut).toBe(1)
})

test("drafts are kept by conversation", async () => {
  await start()
  office.drafts.set(101, "half a sen")
  office.drafts.set(102, "  ")
  expect([office.drafts.get(101), office.drafts.get(102)]).toEqual(["half a sen", ""])
})

test("the lists are narrowed to a queue, and what is closed is asked for anew", async () => {
  server.on("GET /api/desk", answer({ waiting: [ticket(1), ticket(2, { queue_id: 2, queue: "Returns" }), ticket(3, { queue_id: 2, queue: "Returns" })] }))
  server.on("GET /api/desk/tickets", (_: never, query: URLSearchParams) => ({ tickets: [ticket(Number(query.get("queue") ?? 9), { state: "closed" })], more: false }))
  await start()
  office.inbox.show("waiting")
  expect([office.inbox.queues, office.desk.place(3), office.desk.place(1)]).toEqual([[{ id: 2, name: "Returns" }, { id: 1, name: "Sales" }], 2, 1])
  office.inbox.narrow(2)
  expect([office.inbox.shown.map((t) => t.id), office.inbox.neighbour(2, 1)?.id]).toEqual([[2, 3], 3])
  office.inbox.show("closed")
  await settle()
  expect(office.inbox.rows("closed").map((t) => t.id)).toEqual([2])
  office.inbox.narrow(0)
  await settle()
  expect(office.inbox.rows("closed").map((t) => t.id)).toEqual([9])
})
