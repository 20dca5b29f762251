import { Client } from "@wire/client"
import type { Board, BoardNumbers } from "@wire/protocol"
import { MemoryStore } from "@wire/store"
import { beforeEach, expect, test } from "vitest"
import { Boards } from "../src/state/boards"
import { addressOf, queryOf, readAddress } from "../src/state/ticketfilter"
import { Tickets } from "../src/state/tickets"
import { dayStart, stopwatch } from "../src/time"
import { FakeClock, later, me, message, refusal, Server, settle, theo, ticket, Wire } from "./fakes"

const numbers = (more: Partial<BoardNumbers> = {}): BoardNumbers => ({ waiting: 0, oldest: null, active: 0, tickets: 0, answered: 0, missed: 0, first_reply_s: null, rated: 0, rating: 0, ...more })
const noon = new FakeClock().now()
const today = new Date(dayStart(noon)).toISOString()

function board(version: number, total: Partial<BoardNumbers> = {}, more: Partial<Board> = {}): Board {
  return { site_id: 1, from: today, at: new Date(noon).toISOString(), version, total: numbers(total), queues: [], seats: [], tickets: [], hours: [], ...more }
}

let server: Server
let clock: FakeClock
let wire: Wire
let boards: Boards

async function connect(): Promise<void> {
  wire.push({ type: "init", client_id: "c", epoch: "e" })
  await settle()
}

beforeEach(() => {
  server = new Server()
  clock = new FakeClock()
  server.on("POST /api/chat/bind", { me: me.id, epoch: "e", list: 1, conversations: [], gone: [], people: [] })
  server.on("GET /api/desk/board", () => ({ boards: [board(10, { waiting: 1 })] }))
  boards = new Boards({ api: server.api, url: "ws://host/ws", clock, open: () => (wire = new Wire()), onSignedOut: () => undefined })
})

test("a board is asked for since the reader's midnight, then pushed whole", async () => {
  boards.start()
  expect([boards.loaded, boards.line]).toEqual(["loading", "connecting"])
  await connect()
  expect([boards.loaded, boards.line, boards.all[0]?.total.waiting]).toEqual(["ready", "live", 1])
  expect(server.calls.at(-1)).toBe(`GET /api/desk/board?from=${encodeURIComponent(today)}`)
  wire.push({ type: "board", data: board(12, { waiting: 3 }) }, { type: "board", data: board(11, { waiting: 2 }) }, { type: "board", data: board(13, { waiting: 9 }, { from: "2026-11-01T00:00:00Z" }) })
  expect(boards.all.map((b) => b.total.waiting)).toEqual([3])
  boards.stop()
})

test("after a loss it is read again, and what was pushed meanwhile is kept when it is newer", async () => {
  boards.start()
  await connect()
  const lost = wire
  wire.onclose?.({ code: 1006 })
  expect(boards.line).toBe("connecting")
  clock.pass(3_000)
  expect([boards.line, boards.all.length]).toEqual(["offline", 1]) // the last numbers stay
  while (wire === lost) clock.pass(500)
  const slow = later<unknown>()
  server.on("GET /api/desk/board", () => slow.promise)
  await connect()
  expect(boards.line).toBe("live")
  wire.push({ type: "board", data: board(21, { waiting: 5 }) })
  slow.done({ boards: [board(20, { waiting: 4 }), board(20, { waiting: 7 }, { site_id: 2 })] })
  await settle()
  expect(boards.all.map((b) => [b.site_id, b.total.waiting])).toEqual([[1, 5], [2, 7]])
  boards.stop()
})

test("it says again now and then that somebody watches, and a new day begins at midnight", async () => {
  boards.start()
  await connect()
  const asked = server.calls.filter((c) => c.startsWith("GET /api/desk/board")).length
  clock.pass(4 * 60_000)
  await settle()
  expect(server.calls.filter((c) => c.startsWith("GET /api/desk/board")).length).toBe(asked + 1)
  server.on("GET /api/desk/board", (_: never, query: URLSearchParams) => ({ boards: [board(30, {}, { from: query.get("from") as string })] }))
  clock.pass(dayStart(noon, 1) - clock.now() + 1_000)
  await settle()
  expect(boards.all.map((b) => b.from)).toEqual([new Date(dayStart(noon, 1)).toISOString()])
  boards.stop()
})

test("a wait ticks by the server's clock", async () => {
  server.on("GET /api/desk/board", () => ({ boards: [board(1, {}, { at: new Date(noon + 5_000).toISOString() })] }))
  boards.start()
  await connect()
  const waits = numbers({ oldest: new Date(noon).toISOString() })
  expect([boards.waited(waits, noon), boards.waited(waits, noon + 60_000), boards.waited(numbers(), noon)]).toEqual([5_000, 65_000, 0])
  expect([stopwatch(7_900), stopwatch(65_000), stopwatch(3_723_000)]).toEqual(["0:07", "1:05", "1:02:03"])
  boards.stop()
})

test("the first reading that fails is told, and tried again by hand", async () => {
  server.on("GET /api/desk/board", refusal(503, "away"))
  boards.start()
  await connect()
  expect(boards.loaded).toBe("failed")
  server.on("GET /api/desk/board", { boards: [board(1)] })
  await boards.load()
  expect([boards.loaded, boards.all.length]).toEqual(["ready", 1])
  boards.stop()
})

test("an address says filters and ticket, and is read back", () => {
  const filter = { queue: 3, state: "missed", period: "today" } as const
  expect(addressOf(filter, 7)).toBe("#tickets/7?queue=3&state=missed&period=today")
  expect(readAddress(addressOf(filter, 7))).toEqual({ filter, open: 7 })
  expect(readAddress("#tickets")).toEqual({ filter: {}, open: 0 })
  expect(readAddress("#tickets/x?state=lost&queue=-1&rating=6&since=soon&agent=2")).toEqual({ filter: { agent: 2 }, open: 0 })
})

test("days are the reader's, sent as moments", () => {
  const at = (days: number): string => new Date(dayStart(noon, days)).toISOString()
  expect(queryOf({ period: "today", agent: 2 }, noon)).toEqual({ agent: 2, from: at(0) })
  expect(queryOf({ period: "yesterday" }, noon)).toEqual({ from: at(-1), to: at(0) })
  expect(queryOf({ period: "week" }, noon)).toEqual({ from: at(-6) })
  const days = { from: new Date("2026-11-20T00:00").toISOString(), to: new Date("2026-11-22T00:00").toISOString() }
  expect(queryOf({ since: "2026-11-20", until: "2026-11-21" }, noon)).toEqual(days)
  expect(queryOf({ since: "2026-11-21", until: "2026-11-20" }, noon)).toEqual(days)
})

function list(): Tickets {
  return new Tickets(server.api, new Client({ api: server.api, me: me.id, store: new MemoryStore(), url: "" }), () => noon)
}

test("the list is read page by page for its filter, and an answer to an older filter is dropped", async () => {
  const tickets = list()
  const slow = later<unknown>()
  server.on("GET /api/desk/tickets", (_: never, query: URLSearchParams) => {
    if (query.get("state") === "open") return slow.promise
    return query.get("before") ? { tickets: [ticket(1)], more: false } : { tickets: [ticket(3), ticket(2)], more: true }
  })
  const first = tickets.show({ state: "open" })
  await tickets.show({ state: "closed" })
  slow.done({ tickets: [ticket(9)], more: false })
  await first
  expect([tickets.rows.map((t) => t.id), tickets.more, tickets.loaded]).toEqual([[3, 2], true, "ready"])
  await Promise.all([tickets.next(), tickets.next()]) // one page, asked for twice
  expect([tickets.rows.map((t) => t.id), tickets.more]).toEqual([[3, 2, 1], false])
  expect([tickets.neighbour(3, 1)?.id, tickets.neighbour(3, -1)?.id, tickets.neighbour(99, 1)?.id]).toEqual([2, 3, 3])
})

test("a refused filter and a lost network are told apart", async () => {
  const tickets = list()
  server.on("GET /api/desk/tickets", refusal(404, "queue not found"))
  await tickets.show({ queue: 5 })
  expect([tickets.loaded, tickets.refusal]).toEqual(["failed", "queue not found"])
  server.on("GET /api/desk/tickets", "cut")
  await tickets.show({})
  expect([tickets.loaded, tickets.refusal]).toEqual(["failed", ""])
})

test("a ticket is opened from the list or from a link, and its own part is marked", async () => {
  const tickets = list()
  server.on("GET /api/desk/tickets", { tickets: [ticket(3, { from_seq: 3 })], more: false })
  server.on("GET /api/desk/tickets/3/messages", { messages: [1, 2, 3, 4].map((seq) => message(103, seq)), more: false, people: [theo] })
  server.on("GET /api/desk/tickets/3/notes", { messages: [], more: false, people: [] })
  await tickets.show({})
  await tickets.open(3)
  await settle()
  const kinds = tickets.talk?.lines.map((l) => (l.kind === "group" ? l.bubbles.map((b) => b.text).join() : l.kind))
  expect(kinds).toEqual(["day", "line 1", "line 2", "part", "line 3", "line 4"])
  await tickets.open(8)
  expect([tickets.talk, tickets.lost]).toEqual([undefined, true])
  server.on("GET /api/desk/tickets/9", { ticket: ticket(9), history: [] })
  await Promise.all([tickets.open(9), tickets.open(9)]) // an address that is followed at once is told by the browser as well
  expect([tickets.talk?.ticket.id, tickets.lost, server.calls.filter((call) => call === "GET /api/desk/tickets/9").length]).toEqual([9, false, 1])
  await tickets.open(0)
  expect(tickets.talk).toBeUndefined()
})
