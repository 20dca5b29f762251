import type { Message, Watched } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { Lookout } from "../src/state/lookout"
import { FakeClock, jonas, later, message, refusal, Server, settle } from "./fakes"

let server: Server
let clock: FakeClock
let heard: Message[]
let loads: number
let readable: boolean
let lookout: Lookout

const frame = (after: number, version: number, messages: Message[] = []): Watched => ({ ticket_id: 4, conversation_id: 104, after, version, messages, people: [jonas] })
const look = (version: number) => ({ ticket_id: 4, conversation_id: 104, version, until: "2026-11-23T11:00:00Z" })

beforeEach(() => {
  server = new Server()
  clock = new FakeClock()
  heard = []
  loads = 0
  readable = true
  server.on("POST /api/desk/tickets/4/watch", look(10))
  server.on("POST /api/desk/tickets/4/unwatch", undefined)
  lookout = new Lookout({ api: server.api, ticket: () => 4, clock, hear: (messages) => (heard.push(...messages), true), load: async () => (loads++, readable) })
})

test("what happens is taken from version to version, and once", async () => {
  lookout.start()
  await settle()
  expect([lookout.on, loads]).toEqual([true, 1])
  lookout.apply(frame(10, 12, [message(104, 3)]))
  lookout.apply(frame(10, 12, [message(104, 3)]))
  lookout.apply(frame(12, 13, [message(104, 4)]))
  expect([heard.map((m) => m.seq), loads]).toEqual([[3, 4], 1])
})

test("whoever misses a version reads the conversation again, also when nothing more is said", async () => {
  lookout.start()
  await settle()
  lookout.apply(frame(12, 13, [message(104, 4)]))
  await settle()
  expect([heard, loads]).toEqual([[], 2])
  lookout.apply(frame(15, 15))
  await settle()
  expect(loads).toBe(3)
  lookout.apply(frame(15, 15))
  expect(loads).toBe(3)
})

test("a reading that failed is made up for by the next frame that says the same", async () => {
  lookout.start()
  await settle()
  readable = false
  lookout.apply(frame(12, 13))
  await settle()
  readable = true
  lookout.apply(frame(13, 13))
  await settle()
  expect(loads).toBe(3)
})

test("it says again and again that it looks, and catches up with what it was not told", async () => {
  lookout.start()
  await settle()
  server.on("POST /api/desk/tickets/4/watch", look(20))
  clock.pass(30_000)
  await settle()
  expect(loads).toBe(2)
  await lookout.ask()
  expect(loads).toBe(2)
})

test("who stopped is told nothing more, and one who may not look says so", async () => {
  const slow = later<unknown>()
  server.on("POST /api/desk/tickets/4/watch", () => slow.promise)
  lookout.start()
  lookout.stop()
  slow.done(look(10))
  await settle()
  lookout.apply(frame(10, 11, [message(104, 3)]))
  expect([lookout.on, heard, loads]).toEqual([false, [], 0])
  server.on("POST /api/desk/tickets/4/watch", refusal(403, "only supervisors and owners watch conversations"))
  lookout.start()
  await settle()
  expect(lookout.on).toBe(false)
})
