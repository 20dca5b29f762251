import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Api, Fault } from "./api"
import { Client } from "./client"
import { agent, answer, conversation, FakeSocket, me, member, message, settle } from "./fakes"
import type { SyncAnswer } from "./protocol"
import { MemoryStore } from "./store"

type Call = { path: string; body: Record<string, unknown> }
let calls: Call[]
let sockets: FakeSocket[]
let next: SyncAnswer
let reply: ((call: Call) => unknown) | undefined
let client: Client
const paths = () => calls.map((call) => call.path.replace("/api/chat/", ""))
const seqs = () => client.conversations.get(7)?.messages.map((m) => m.seq)
const socket = () => sockets.at(-1)!

const fakeFetch = ((url: string, init: RequestInit) => {
  const call = { path: url, body: JSON.parse((init.body as string | null) ?? "{}") as Record<string, unknown> }
  calls.push(call)
  let value = reply?.(call)
  if (value === undefined && /(bind|sync)$/.test(url)) value = next
  if (value instanceof Fault) return Promise.resolve(new Response(JSON.stringify({ retry: value.retry }), { status: value.status }))
  return Promise.resolve(value === undefined ? new Response(null, { status: 204 }) : new Response(JSON.stringify(value)))
}) as typeof fetch

async function start(first: SyncAnswer): Promise<void> {
  next = first
  client.start()
  await settle()
  socket().frame({ type: "init", client_id: "c1", epoch: first.epoch })
  await settle()
}

beforeEach(() => {
  vi.useFakeTimers()
  calls = []
  sockets = []
  reply = undefined
  client = new Client({
    api: new Api({ lang: "en", fetch: fakeFetch }),
    me,
    store: new MemoryStore(),
    url: "ws://host/ws",
    random: () => 0,
    open: () => {
      sockets.push(new FakeSocket())
      return socket()
    },
  })
})
afterEach(() => {
  client.stop()
  vi.useRealTimers()
})

test("bind fills the timelines, and coming back tells what is known", async () => {
  await start(answer([conversation([message(1), message(2)])], { people: [{ id: agent, kind: "member", name: "Lin", avatar: "" }] }))
  expect(client.state.name).toBe("live")
  expect(seqs()).toEqual([1, 2])
  expect(client.people.get(agent)!.name).toBe("Lin")
  next = answer([])
  socket().drop()
  await settle()
  socket().frame({ type: "init", client_id: "c2", epoch: "one" })
  await settle()
  const bind = calls.filter((call) => call.path.endsWith("bind")).at(-1)!
  expect(bind.body).toEqual({ client_id: "c2", epoch: "one", known: { "7": [2, 2] }, list: 1 })
})

test("a hole that stays is filled by one sync", async () => {
  await start(answer([conversation([message(1)])]))
  next = answer([conversation([message(2), message(3)], { members: [] })])
  socket().frame({ type: "message", conversation_id: 7, version: 3, data: message(3) })
  await vi.advanceTimersByTimeAsync(499)
  expect(paths()).not.toContain("sync")
  await vi.advanceTimersByTimeAsync(1)
  expect(paths().filter((path) => path === "sync").length).toBe(1)
  expect(seqs()).toEqual([1, 2, 3])
})

test("heads ahead, a moved list and resync ask; equal ones do not", async () => {
  await start(answer([conversation([message(1)])]))
  next = answer([])
  socket().frame({ type: "heads", data: { "7": 1 } }, { type: "list", data: { list: 1 } })
  await settle()
  expect(paths()).not.toContain("sync")
  for (const frame of [{ type: "heads", data: { "7": 2 } }, { type: "list", data: { list: 2 } }, { type: "resync" }]) {
    socket().frame(frame)
    await settle()
  }
  expect(paths().filter((path) => path === "sync").length).toBe(3)
})

test("heads of a list that is ahead ask; a change that is told by itself does not", async () => {
  await start(answer([conversation([message(1)])]))
  const heard: unknown[] = []
  client.on("event", (event) => heard.push(event.data))
  next = answer([], { list: 4 })
  socket().frame({ type: "contacts", list: 2, data: "told" }, { type: "heads", list: 2, data: {} })
  await settle()
  expect([heard, paths().includes("sync")]).toEqual([["told"], false])
  socket().frame({ type: "heads", list: 3, data: {} }) // its frame was lost
  await settle()
  expect(calls.at(-1)).toMatchObject({ path: "/api/chat/sync", body: { list: 2 } })
  socket().frame({ type: "contacts", list: 6, data: "after one that was lost" }, { type: "heads", list: 6, data: {} })
  await settle()
  expect(calls.at(-1)).toMatchObject({ path: "/api/chat/sync", body: { list: 4 } })
})

test("a failed sync is tried again", async () => {
  await start(answer([conversation([message(1)])]))
  let failures = 2
  reply = (call) => (call.path.endsWith("sync") && failures-- > 0 ? new Fault(503, {}) : undefined)
  next = answer([conversation([message(2)])])
  socket().frame({ type: "resync" })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(seqs()).toEqual([1, 2])
})

test("received is told once a second, read only while displayed", async () => {
  await start(answer([conversation([message(1)])]))
  for (const seq of [2, 3, 4]) socket().frame({ type: "message", conversation_id: 7, version: seq, data: message(seq) })
  await vi.advanceTimersByTimeAsync(1_000)
  const told = () => calls.filter((call) => call.path.endsWith("cursors")).map((call) => call.body)
  expect(told()).toEqual([{ received: 1 }, { received: 4 }])
  expect(client.unread(7)).toBe(4)
  client.display(7)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(told().at(-1)).toEqual({ read: 4, received: 4 })
  expect(client.unread(7)).toBe(0)
  client.display(0)
  socket().frame({ type: "message", conversation_id: 7, version: 5, data: message(5) })
  expect(client.unread(7)).toBe(1)
})

test("a lost cursor is told again when the connection is back", async () => {
  reply = (call) => (call.path.endsWith("cursors") ? new Fault(503, {}) : undefined)
  await start(answer([conversation([message(1)])]))
  await vi.advanceTimersByTimeAsync(1_000)
  reply = undefined
  calls = []
  socket().drop()
  await settle()
  socket().frame({ type: "init", client_id: "c2", epoch: "one" })
  await settle()
  expect(calls.filter((call) => call.path.endsWith("cursors")).map((call) => call.body)).toEqual([{ received: 1 }])
})

test("a sent message is on the screen at once, then placed by whichever comes first", async () => {
  await start(answer([conversation([message(1)])]))
  let id = ""
  reply = (call) => (call.path.endsWith("messages") ? message(2, { sender_id: me, client_msg_id: id }) : undefined)
  id = client.send(7, "hello")
  expect(client.rows(7).at(-1)).toMatchObject({ key: id, placed: false })
  await settle()
  expect(client.rows(7).at(-1)).toMatchObject({ key: id, placed: true })
  socket().frame({ type: "message", conversation_id: 7, version: 2, data: message(2, { sender_id: me, client_msg_id: id }) })
  expect(client.rows(7).length).toBe(2)
})

test("typing goes up every three seconds and is shown for six", async () => {
  await start(answer([conversation([message(1)])]))
  client.typing(7)
  client.typing(7)
  await vi.advanceTimersByTimeAsync(3_000)
  client.typing(7)
  expect(socket().sent).toEqual(Array(2).fill('{"type":"typing","conversation_id":7}'))
  socket().frame({ type: "typing", conversation_id: 7, data: { person_id: agent } })
  await vi.advanceTimersByTimeAsync(5_999)
  expect(client.typists(7)).toEqual([agent])
  await vi.advanceTimersByTimeAsync(1)
  expect(client.typists(7)).toEqual([])
  socket().frame({ type: "typing", conversation_id: 7, data: { person_id: agent } })
  socket().frame({ type: "message", conversation_id: 7, version: 2, data: message(2) })
  expect(client.typists(7)).toEqual([])
})

test("gone conversations go, members and cursors arrive", async () => {
  await start(answer([conversation([message(1)])]))
  const seen: number[] = []
  client.on("conversation", (id) => seen.push(id))
  socket().frame(
    { type: "member", conversation_id: 7, version: 2, data: { ...member(9, { version: 2 }), person: { id: 9, kind: "member", name: "Wu", avatar: "" } } },
    { type: "cursor", conversation_id: 7, data: { person_id: 9, read: 1, received: 1 } },
  )
  expect(client.conversations.get(7)!.members.get(9)).toMatchObject({ read: 1 })
  expect(client.people.get(9)!.name).toBe("Wu")
  expect(seen).toContain(7)
  next = answer([], { gone: [7], list: 2 })
  socket().frame({ type: "list", data: { list: 2 } })
  await settle()
  expect(client.conversations.size).toBe(0)
})

test("a cursor that comes before the conversation's first sync counts when that is here", async () => {
  await start(answer([]))
  const first = conversation([message(1, { sender_id: me })], { id: 8 })
  next = answer([first], { list: 2 }) // read from the server before the other one read the message
  socket().frame({ type: "list", data: { list: 2 } }, { type: "cursor", conversation_id: 8, data: { person_id: agent, read: 1, received: 1 } })
  expect(client.conversations.get(8)?.synced).toBeFalsy()
  await settle()
  const timeline = client.conversations.get(8)!
  expect(timeline.mark(timeline.messages[0]!)).toBe("read")
})

test("another epoch starts over", async () => {
  await start(answer([conversation([message(1)]), conversation([message(1)], { id: 8 })]))
  next = answer([conversation([message(1, { body: { text: "restored" } })], { reset: true })], { epoch: "two" })
  await client.sync()
  expect([...client.conversations.keys()]).toEqual([7])
  expect(client.conversations.get(7)!.messages[0]!.body.text).toBe("restored")
})

test("what came early in one life is not taken in the next", async () => {
  await start(answer([conversation([message(1)])]))
  socket().frame({ type: "message", conversation_id: 7, version: 4, data: message(4, { id: 1, body: { text: "of the life before" } }) })
  next = answer([conversation([message(1)], { reset: true })], { epoch: "two" })
  await client.sync()
  for (const seq of [2, 3]) socket().frame({ type: "message", conversation_id: 7, version: seq, data: message(seq) })
  expect(seqs()).toEqual([1, 2, 3])
})

test("older pages are put above, once", async () => {
  await start(answer([conversation([message(5)], { reset: true })]))
  reply = (call) => (call.path.includes("messages?") ? { messages: [message(3), message(4)], more: true, people: [] } : undefined)
  expect(await client.older(7)).toBe(true)
  expect(calls.at(-1)!.path).toBe("/api/chat/conversations/7/messages?before=5&limit=50")
  expect(seqs()).toEqual([3, 4, 5])
})

test("unknown frames are passed on, an ended sign-in is told", async () => {
  await start(answer([]))
  const heard: string[] = []
  client.on("event", (event) => heard.push(event.type))
  client.on("signedOut", () => heard.push("signed out"))
  socket().frame({ type: "live", data: {} }, { type: "ticket", data: {} })
  socket().drop(4401)
  expect(heard).toEqual(["live", "ticket", "signed out"])
})

test("an own message is taken back within two minutes, and its place stays", async () => {
  vi.setSystemTime(Date.parse("2026-11-23T10:01:59Z"))
  const own = message(2, { sender_id: me })
  await start(answer([conversation([message(1), own])]))
  expect([client.mayRecall(own), client.mayRecall(message(1))]).toEqual([true, false])
  reply = (call) => (call.path.endsWith("recall") ? { ...own, version: 3, body: {}, recalled: true } : undefined)
  await client.recall(own)
  expect(paths()).toContain("conversations/7/messages/2/recall")
  const [, stays] = client.conversations.get(7)!.messages
  expect([stays!.recalled, seqs(), client.mayRecall(stays!)]).toEqual([true, [1, 2], false])
  vi.setSystemTime(Date.parse("2026-11-23T10:02:00Z"))
  expect(client.mayRecall(own)).toBe(false)
})

test("a recall too late is thrown in the server's words and changes nothing", async () => {
  const own = message(1, { sender_id: me })
  await start(answer([conversation([own])]))
  reply = (call) => (call.path.endsWith("recall") ? new Fault(409, { retry: "never" }) : undefined)
  await expect(client.recall(own)).rejects.toMatchObject({ status: 409 })
  expect(client.conversations.get(7)!.messages[0]!.recalled).toBe(false)
})

test("a reply tells what it answers, and quotes nothing of what was taken back", async () => {
  await start(answer([conversation([message(1)])]))
  reply = (call) => (call.path.endsWith("messages") ? message(2, { sender_id: me, client_msg_id: call.body["client_msg_id"] as string }) : undefined)
  const quote = { seq: 1, sender_id: agent, alt: "line 1" }
  client.send(7, "yes", quote)
  await settle()
  expect(calls.at(-1)!.body).toMatchObject({ body: { text: "yes" }, reply_to: 1 })
  expect(client.quoted(7, quote)).toEqual(quote)
  socket().frame({ type: "message", conversation_id: 7, version: 3, data: message(1, { version: 3, body: {}, recalled: true }) })
  expect(client.quoted(7, quote).alt).toBe("")
})
