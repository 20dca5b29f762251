import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { realClock } from "./clock"
import { agent, conversation, me, member, message } from "./fakes"
import type { Item } from "./outbox"
import { Timeline } from "./timeline"

let gaps: number
let timeline: Timeline
const seqs = () => timeline.messages.map((m) => m.seq)
const push = (seq: number) => timeline.apply({ version: seq, message: message(seq) })

beforeEach(() => {
  vi.useFakeTimers()
  gaps = 0
  timeline = new Timeline(7, realClock, () => gaps++)
  timeline.applySync(conversation([message(1), message(2)]))
})
afterEach(() => vi.useRealTimers())

function item(id: string, more: Partial<Item> = {}): Item {
  return { client_msg_id: id, lane: 7, type: "text", body: { text: "hello" }, at: 1, state: "waiting", ...more }
}

test("applies the next change and ignores one it has", () => {
  expect(push(3)).toBe("applied")
  push(3)
  expect(push(2)).toBe("ignored")
  expect(seqs()).toEqual([1, 2, 3])
})

test("holds an early change until the one before it comes", () => {
  expect(push(4)).toBe("held")
  expect(seqs()).toEqual([1, 2])
  push(3)
  expect(seqs()).toEqual([1, 2, 3, 4])
  vi.advanceTimersByTime(1000)
  expect(gaps).toBe(0)
})

test("asks after half a second for what is missing", () => {
  push(5)
  push(4)
  vi.advanceTimersByTime(499)
  expect(gaps).toBe(0)
  vi.advanceTimersByTime(1)
  expect(gaps).toBe(1)
  timeline.applySync(conversation([message(3)], { version: 3, members: [] }))
  expect(seqs()).toEqual([1, 2, 3, 4, 5])
})

test("takes both rows of one version", () => {
  timeline.apply({ version: 3, members: [member(9, { version: 3, role: "agent" })] })
  timeline.apply({ version: 3, message: message(3) })
  expect(seqs()).toEqual([1, 2, 3])
  expect(timeline.members.has(9)).toBe(true)
})

test("holds everything before the first sync answer", () => {
  timeline = new Timeline(7, realClock, () => gaps++)
  push(1)
  expect(seqs()).toEqual([])
  vi.advanceTimersByTime(500)
  expect(gaps).toBe(1)
  timeline.applySync(conversation([message(1), message(2)]))
  expect(seqs()).toEqual([1, 2])
})

test("an answer older than what was pushed takes nothing back", () => {
  push(3)
  timeline.applySync(conversation([message(1, { body: { text: "old" } })], { version: 2 }))
  expect(timeline.version).toBe(3)
  expect(seqs()).toEqual([1, 2, 3])
})

test("a changed message replaces the old one in its place", () => {
  timeline.apply({ version: 3, message: message(1, { version: 3, body: { text: "" } }) })
  expect(seqs()).toEqual([1, 2])
  expect(timeline.messages[0]!.body.text).toBe("")
})

test("reset forgets what was known", () => {
  timeline.applySync(conversation([message(90), message(91)], { reset: true, version: 400 }))
  expect(seqs()).toEqual([90, 91])
  expect(timeline.more(me)).toBe(true)
  timeline.apply({ version: 401, message: message(92, { version: 401 }) })
  expect(seqs()).toEqual([90, 91, 92])
})

test("paging goes up to the first message the reader may see", () => {
  timeline.applySync(conversation([message(8)], { reset: true, version: 8 }))
  timeline.prepend({ messages: [message(5), message(6), message(7)], more: true, people: [] })
  expect(seqs()).toEqual([5, 6, 7, 8])
  expect(timeline.more(me)).toBe(true)
  timeline.prepend({ messages: [message(4)], more: false, people: [] })
  expect(timeline.more(me)).toBe(false)
})

test("cursors never go back, and unread follows them", () => {
  timeline.applySync(conversation([message(3), message(4, { type: "system", sender_id: 0 }), message(5, { sender_id: me })], { version: 5 }))
  expect(timeline.unread(me)).toBe(3)
  expect(timeline.cursor({ person_id: me, read: 2, received: 5 })).toBe(true)
  expect(timeline.cursor({ person_id: me, read: 1, received: 1 })).toBe(false)
  expect(timeline.unread(me)).toBe(1)
  timeline.apply({ version: 6, members: [member(me, { version: 6, read: 0 })] })
  expect(timeline.unread(me)).toBe(1)
  expect(timeline.reads(1)).toBe(7)
})

test("the cursor of somebody who is yet to come waits for him, in this life", () => {
  const cursor = { person_id: 9, read: 1, received: 2 }
  expect(timeline.cursor(cursor)).toBe(false)
  timeline.cursor({ ...cursor, read: 0 })
  timeline.apply({ version: 3, members: [member(9, { version: 3 })] })
  expect(timeline.members.get(9)).toMatchObject({ read: 1, received: 2, version: 3 })
  timeline.cursor({ ...cursor, person_id: 10 })
  timeline.close()
  timeline.apply({ version: 4, members: [member(10, { version: 4 })] })
  expect(timeline.members.get(10)).toMatchObject({ read: 0, received: 0 })
})

test("an own message is sent, delivered, read", () => {
  const own = message(3, { sender_id: me })
  timeline.apply({ version: 3, message: own })
  expect(timeline.mark(own)).toBe("sent")
  timeline.cursor({ person_id: agent, read: 2, received: 3 })
  expect(timeline.mark(own)).toBe("delivered")
  timeline.cursor({ person_id: agent, read: 3, received: 3 })
  expect(timeline.mark(own)).toBe("read")
})

test("an own message pushed before its ack is shown once, under the same key", () => {
  const waiting = item("mine")
  expect(timeline.rows(me, [waiting]).map((row) => row.key)).toEqual(["m1001", "m1002", "mine"])
  timeline.apply({ version: 3, message: message(3, { sender_id: me, client_msg_id: "mine" }) })
  expect(timeline.rows(me, [waiting]).map((row) => row.key)).toEqual(["m1001", "m1002", "mine"])
})

test("equal text or a stranger's equal id merges nothing", () => {
  timeline.apply({ version: 3, message: message(3, { sender_id: me, client_msg_id: "first", body: { text: "hello" } }) })
  timeline.apply({ version: 4, message: message(4, { client_msg_id: "mine", body: { text: "hello" } }) })
  expect(timeline.rows(me, [item("mine")]).length).toBe(5)
})

test("an acked message stays on the screen while its change is held, and not above the loaded part", () => {
  const acked = message(4, { sender_id: me, client_msg_id: "mine" })
  timeline.apply({ version: 4, message: acked })
  expect(timeline.rows(me, [item("mine", { state: "acked", message: acked })]).at(-1)!.placed).toBe(false)
  timeline.applySync(conversation([message(90)], { reset: true, version: 90 }))
  expect(timeline.rows(me, [item("mine", { state: "acked", message: acked })]).length).toBe(1)
})

test("one act brings the header, the places and its line under one version", () => {
  const header = { id: 7, kind: "group" as const, version: 3, seq: 3, name: "Team", member_count: 3 }
  const newcomer = { ...member(9), version: 3 }
  expect(timeline.apply({ version: 3, header, members: [newcomer], message: message(3) })).toBe("applied")
  expect([timeline.header?.name, timeline.members.has(9), timeline.seq]).toEqual(["Team", true, 3])
  expect(timeline.apply({ version: 4 })).toBe("applied") // of something that came before this reader
  expect(timeline.version).toBe(4)
})

test("a change of something above what is here leaves no hole for paging", () => {
  timeline.applySync({ ...conversation([message(50), message(51)]), reset: true, version: 51, seq: 51 })
  timeline.apply({ version: 52, message: { ...message(20), version: 52, edited_at: "2026-11-23T12:00:00Z" } })
  expect([seqs(), timeline.version]).toEqual([[50, 51], 52])
  timeline.apply({ version: 53, message: { ...message(50), version: 53, body: { text: "other" }, edited_at: "2026-11-23T12:00:00Z" } })
  expect(timeline.messages[0]?.body.text).toBe("other")
  timeline.prepend({ messages: [message(48), message(49)], more: true, people: [] })
  expect(seqs()).toEqual([48, 49, 50, 51])
})

test("in a crowd only one's own cursors count", () => {
  const crowd = { ...conversation([message(1)]), reset: true, member_count: 101 }
  timeline.applySync(crowd)
  timeline.cursor({ person_id: me, read: 1, received: 1 })
  timeline.cursor({ person_id: agent, read: 1, received: 1 })
  expect(timeline.reads(me)).toBe(2)
})
