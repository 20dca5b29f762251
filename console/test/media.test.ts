import { MemoryStore } from "@wire/store"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Office } from "../src/state/office"
import type { Bubble } from "../src/state/lines"
import { conversation, desk as answer, FakeClock, jonas, later, me, message, mine, refusal, Server, settle, theo, Wire } from "./fakes"

let server: Server
let office: Office
let wire: Wire
let carried: { name: string; onSent: (bytes: number) => void; answer: (status: number, body: unknown) => void }[]

const bubbles = (): Bubble[] => (office.inbox.talk?.lines ?? []).flatMap((l) => (l.kind === "group" ? l.bubbles : []))
const fresh = (seq: number, more = {}) => message(101, seq, { sender_id: me.id, client_msg_id: `mine-${seq}`, created_at: "2026-11-23T11:59:30Z", ...more })

beforeEach(async () => {
  server = new Server()
  carried = []
  server.on("GET /api/desk", answer({ mine: [mine(1)] }))
  server.on("POST /api/chat/bind", { me: me.id, epoch: "e", list: 1, conversations: [conversation(101, [message(101, 1), fresh(2)], 2)], gone: [], people: [theo, me] })
  server.on("POST /api/chat/conversations/101/cursors", undefined)
  server.on("GET /api/desk/tickets/1/notes", { messages: [], more: false, people: [jonas] })
  office = new Office({
    api: server.api,
    me: me.id,
    store: new MemoryStore(),
    url: "ws://host/ws",
    clock: new FakeClock(),
    open: () => (wire = new Wire()),
    carry: ({ name, onSent }) => {
      const { promise, done } = later<{ status: number; text: string }>()
      carried.push({ name, onSent, answer: (status, body) => done({ status, text: JSON.stringify(body) }) })
      return promise
    },
    shelf: { get: () => null, set: () => undefined, remove: () => undefined },
    onSignedOut: () => undefined,
  })
  office.start()
  await settle()
  wire.push({ type: "init", client_id: "c", epoch: "e" })
  await settle()
  office.inbox.select(1)
  await settle()
})
afterEach(() => office.stop())

test("a file shows at once with its name and progress, and is sent when it is at the server", async () => {
  const talk = office.inbox.talk!
  let sent: { type: string; body: unknown } | undefined
  server.on("POST /api/chat/conversations/101/messages", (body: { client_msg_id: string; type: string; body: unknown }) => ((sent = body), fresh(3, { client_msg_id: body.client_msg_id, type: "image", body: { file_id: 7, name: "a.png", size: 4, width: 2, height: 1 } })))
  talk.sendFile({ blob: new Blob(["abcd"], { type: "image/png" }), name: "a.png", width: 2, height: 1 })
  await settle()
  const key = bubbles().at(-1)?.key ?? ""
  carried[0]?.onSent(2)
  expect([bubbles().at(-1)?.media?.name, bubbles().at(-1)?.item?.state, talk.share(key), talk.local(key)?.size]).toEqual(["a.png", "uploading", 0.5, 4])
  carried[0]?.answer(200, { id: 7, kind: "image", name: "a.png", size: 4, mime: "image/png", width: 2, height: 1 })
  await settle()
  expect([sent?.type, sent?.body]).toEqual(["image", { file_id: 7 }])
  expect([bubbles().at(-1)?.key, bubbles().at(-1)?.media?.id, bubbles().length]).toEqual([key, 7, 3])
})

test("a cancelled upload leaves nothing, a refused one says why", async () => {
  const talk = office.inbox.talk!
  talk.sendFile({ blob: new Blob(["x"]), name: "a.bin" })
  talk.sendFile({ blob: new Blob(["y"]), name: "b.bin" })
  await settle()
  talk.discard(bubbles().at(-2)?.key ?? "")
  carried.find((c) => c.name === "b.bin")?.answer(413, refusal(413, "files can have at most 50 MB").body)
  await settle()
  expect(bubbles().slice(2).map((b) => [b.media?.name, b.mark, b.item?.reason])).toEqual([["b.bin", "failed", "files can have at most 50 MB"]])
})

test("a reply quotes its message and goes with the next message only", async () => {
  const talk = office.inbox.talk!
  const asked: unknown[] = []
  server.on("POST /api/chat/conversations/101/messages", (body: { client_msg_id: string; reply_to?: number }) => (asked.push(body.reply_to), fresh(2 + asked.length, { client_msg_id: body.client_msg_id })))
  talk.pen.answer(message(101, 1))
  talk.send("yes")
  expect([talk.pen.answering, bubbles().at(-1)?.reply]).toEqual([undefined, { seq: 1, sender_id: theo.id, alt: "line 1" }])
  talk.send("and")
  await settle()
  expect(asked).toEqual([1, undefined])
})

test("a recalled message becomes a quiet line at its place; a refusal leaves it", async () => {
  const talk = office.inbox.talk!
  expect(talk.actions(fresh(2))).toEqual(["reply", "copy", "recall"])
  expect(talk.actions(message(101, 1))).toEqual(["reply", "copy"])
  server.on("POST /api/chat/conversations/101/messages/2/recall", refusal(409, "it is too late to recall this message"))
  await expect(talk.recall(fresh(2))).rejects.toThrow("too late")
  expect(bubbles().length).toBe(2)
  server.on("POST /api/chat/conversations/101/messages/2/recall", fresh(2, { version: 3, body: {}, recalled: true }))
  await talk.recall(fresh(2))
  expect(talk.lines.map((l) => l.kind)).toEqual(["day", "group", "recalled"])
  expect(office.inbox.preview(mine(1)).text).toBe("line 1")
})

test("a note is shown live in the conversation it belongs to, and nowhere else", async () => {
  const note = (ticket_id: number, seq: number) => ({ type: "note", data: { ticket_id, message: message(900, seq, { sender_id: jonas.id, body: { text: `note ${seq}` }, created_at: "2026-11-23T11:59:40Z" }) } })
  wire.push(note(1, 1), note(2, 2))
  expect(office.inbox.talk?.lines.flatMap((l) => (l.kind === "note" ? [l.note.text] : []))).toEqual(["note 1"])
})

test("a transfer goes to an agent or a queue with its note; the ticket leaves mine", async () => {
  let sent: unknown
  server.on("POST /api/desk/tickets/1/transfer", (body: never) => ((sent = body), mine(1, { version: 2, agent: jonas })))
  await office.desk.transfer(1, { to_agent: jonas.id }, " knows it ")
  expect([sent, office.desk.mine, office.inbox.talk?.ticket.agent?.id]).toEqual([{ to_agent: jonas.id, note: "knows it" }, [], jonas.id])
  server.on("POST /api/desk/tickets/1/transfer", refusal(409, "Jonas is offline"))
  await expect(office.desk.transfer(1, { to_queue: 5 }, "")).rejects.toThrow("offline")
})
