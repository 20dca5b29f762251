import type { Message } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { Notes } from "../src/state/notes"
import { jonas, later, me, message, refusal, Server, settle } from "./fakes"

let server: Server
let notes: Notes
const note = (seq: number, more: Partial<Message> = {}): Message => message(900, seq, { sender_id: jonas.id, client_msg_id: `n${seq}`, body: { text: `note ${seq}` }, ...more })
const page = (messages: Message[], more = false) => ({ messages, more, people: [jonas] })
const texts = (from = ""): string[] => notes.since(from).map((n) => n.text)

beforeEach(() => {
  server = new Server()
  notes = new Notes(server.api, me.id, () => 4, () => undefined)
})

test("notes are read, pushed ones join them once, in their order", async () => {
  server.on("GET /api/desk/tickets/4/notes", page([note(1), note(3)]))
  await notes.load()
  notes.apply(note(2))
  notes.apply(note(2))
  expect([notes.loaded, texts(), texts(note(2).created_at)]).toEqual(["ready", ["note 1", "note 2", "note 3"], ["note 2", "note 3"]])
})

test("a note pushed while they are being read is not lost", async () => {
  const slow = later<unknown>()
  server.on("GET /api/desk/tickets/4/notes", () => slow.promise)
  const read = notes.load()
  notes.apply(note(2))
  slow.done(page([note(1)]))
  await read
  expect(texts()).toEqual(["note 1", "note 2"])
})

test("an own note shows at once and keeps its key, whether the answer or the push comes first", async () => {
  server.on("GET /api/desk/tickets/4/notes", page([]))
  await notes.load()
  const slow = later<unknown>()
  let sent = { client_msg_id: "", text: "" }
  server.on("POST /api/desk/tickets/4/notes", (body: typeof sent) => ((sent = body), slow.promise))
  const writing = notes.write("  look here ")
  await settle()
  const [mine] = notes.since("")
  expect([mine?.state, sent.text, sent.client_msg_id]).toEqual(["sending", "look here", mine?.key])
  const placed = note(1, { sender_id: me.id, client_msg_id: sent.client_msg_id, body: { text: "look here" } })
  notes.apply(placed)
  expect(notes.since("").map((n) => [n.key, n.state])).toEqual([[mine?.key, "sent"]])
  slow.done(placed)
  await writing
  expect(notes.since("").length).toBe(1)
})

test("a refused note says why and is tried again with the same id, or thrown away", async () => {
  const ids: string[] = []
  server.on("POST /api/desk/tickets/4/notes", (body: { client_msg_id: string }) => (ids.push(body.client_msg_id), refusal(429, "too fast")))
  await notes.write("one")
  await notes.write("two")
  expect(notes.since("").map((n) => [n.state, n.reason])).toEqual([["failed", "too fast"], ["failed", "too fast"]])
  server.on("POST /api/desk/tickets/4/notes", (body: { client_msg_id: string; text: string }) => (ids.push(body.client_msg_id), note(1, { sender_id: me.id, client_msg_id: body.client_msg_id, body: { text: body.text } })))
  const [one, two] = notes.since("")
  await notes.retry(one?.key ?? "")
  notes.discard(two?.key ?? "")
  expect([texts(), ids[0] === ids[2]]).toEqual([["one"], true])
})

test("older notes are read as far back as the messages are shown", async () => {
  server.on("GET /api/desk/tickets/4/notes", (_: never, query: URLSearchParams) => {
    const before = Number(query.get("before") ?? 7)
    return page([note(before - 2), note(before - 1)], before > 3)
  })
  await notes.load()
  await notes.reach(note(4).created_at)
  expect([texts(), server.calls.length]).toEqual([["note 3", "note 4", "note 5", "note 6"], 2])
  await notes.reach("")
  expect([texts().length, server.calls.length]).toEqual([6, 3])
})
