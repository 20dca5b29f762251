// Signs, pins, jumps and what is out of view, by the state classes alone.
import { beforeEach, expect, test } from "vitest"
import type { Message, MessagePage } from "@wire/protocol"
import { actionsFor } from "../src/state/actions"
import { Away } from "../src/state/away"
import { asked, History } from "../src/state/history"
import { Pins } from "../src/state/pins"
import { message } from "./fakes"

const log = (from: number, to: number): Message[] => Array.from({ length: to - from + 1 }, (_, i) => message(7, from + i))

/** A server that has the messages 1 to 300. */
let asks: string[] = []
let known = log(1, 300)
const read = (before: number, limit: number): Promise<MessagePage> => {
  asks.push(`${before}/${limit}`)
  const below = known.filter((m) => m.seq < before)
  return Promise.resolve({ messages: below.slice(-limit), more: below.length > limit, people: [] })
}
beforeEach(() => {
  asks = []
  known = log(1, 300)
})

test("a jump reads around a message, and on at both ends without a hole", async () => {
  const away = new Away(read, () => undefined)
  expect(await away.open(100)).toBe(true)
  expect([away.messages[0]?.seq, away.last, away.more]).toEqual([75, 124, true])
  await away.older()
  await away.newer()
  expect(away.messages.map((m) => m.seq)).toEqual(log(25, 174).map((m) => m.seq))
  known[99] = message(7, 100, { version: 900, body: { text: "other words" } })
  await Promise.all([away.refresh(), away.refresh()])
  expect([away.messages.find((m) => m.seq === 100)?.body.text, away.messages.length]).toEqual(["other words", 150])
})

test("a jump to what is out of view, or not there, leads nowhere", async () => {
  known[99] = message(7, 100, { hidden: true, recalled: true })
  expect(await new Away(read, () => undefined).open(100)).toBe(false)
  expect(await new Away(read, () => undefined).open(900)).toBe(false)
})

test("what is pinned is read when the header says so, and follows what becomes of it", async () => {
  let reads = 0
  const pins = new Pins(() => (reads++, Promise.resolve({ pins: [{ by: 1, message: message(7, 3) }, { by: 1, message: message(7, 2) }], people: [] })))
  await pins.follow(0)
  expect(reads).toBe(0)
  await pins.follow(9)
  await pins.follow(9)
  expect([reads, pins.has(3), pins.list.length]).toEqual([1, true, 2])
  pins.see([message(7, 3, { version: 12, body: { text: "new words" } }), message(7, 2, { version: 13, recalled: true })])
  expect(pins.list.map((p) => p.message.body.text)).toEqual(["new words"])
  await pins.follow(0)
  expect(pins.list).toEqual([])
})

test("days are asked for as they begin and end where the reader is, and an answer that comes late is dropped", async () => {
  const query = { q: " lake ", kind: "image" as const, sender: 0, from: "2026-11-23", to: "2026-11-23" }
  const { from, to } = asked(query)
  expect([Date.parse(String(to)) - Date.parse(String(from)), new Date(String(from)).getHours()]).toEqual([86_400_000, 0])
  const answers: ((page: MessagePage) => void)[] = []
  const history = new History(() => new Promise((done) => answers.push(done)), () => undefined)
  const first = history.search()
  const second = history.search()
  answers[1]?.({ messages: log(4, 5), more: true, people: [] })
  answers[0]?.({ messages: log(1, 1), more: false, people: [] })
  await Promise.all([first, second])
  expect([history.found.map((m) => m.seq), history.more, history.loaded]).toEqual([[5, 4], true, "ready"])
})

test("a menu offers pins to who may, and leaves one's own view to everybody", () => {
  const may = { write: true, recall: false, hide: true }
  expect(actionsFor(message(7, 1), { ...may, pin: "unpin" })).toEqual(["reply", "copy", "unpin", "hide"])
  expect(actionsFor(message(7, 1, { reactions: [{ emoji: "👍", count: 1, people: [2], mine: false }] }), may)).toEqual(["reply", "copy", "who", "hide"])
  expect(actionsFor(message(7, 1, { recalled: true }), may)).toEqual([])
})
