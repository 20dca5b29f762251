import { beforeEach, expect, test } from "vitest"
import { Card } from "../src/state/card"
import { Desk } from "../src/state/desk"
import { desk as answer, jonas, later, me, mine, refusal, seat, Server, settle, ticket } from "./fakes"

let server: Server
let desk: Desk
const ids = (list: { id: number }[]): number[] => list.map((t) => t.id)

beforeEach(() => {
  server = new Server()
  desk = new Desk(server.api, me.id)
})

test("the desk shows mine and who waits, first come first", async () => {
  server.on("GET /api/desk", answer({ waiting: [ticket(5), ticket(4)], mine: [mine(1)] }))
  await desk.load()
  expect(desk.loaded).toBe("ready")
  expect(ids(desk.waiting)).toEqual([4, 5])
  expect([desk.place(4), desk.place(5), desk.place(1)]).toEqual([1, 2, 0])
  expect(ids(desk.mine)).toEqual([1])
  expect(desk.seat?.cap).toBe(5)
})

test("a ticket frame is applied when its version is higher, and only then", async () => {
  server.on("GET /api/desk", answer({ waiting: [ticket(4, { version: 3 })] }))
  await desk.load()
  desk.apply({ type: "ticket", data: mine(4, { version: 3 }) })
  expect(ids(desk.waiting)).toEqual([4])
  desk.apply({ type: "ticket", data: mine(4, { version: 4 }) })
  expect([ids(desk.waiting), ids(desk.mine)]).toEqual([[], [4]])
  desk.apply({ type: "ticket", data: ticket(4, { version: 2 }) })
  expect(ids(desk.mine)).toEqual([4])
  desk.apply({ type: "ticket", data: mine(4, { version: 5, agent: jonas }) })
  expect(ids(desk.mine)).toEqual([])
})

test("what is pushed while the desk is read again is not lost, and what ended meanwhile is gone", async () => {
  server.on("GET /api/desk", answer({ waiting: [ticket(4), ticket(5)] }))
  await desk.load()
  const slow = later<unknown>()
  server.on("GET /api/desk", () => slow.promise)
  const read = desk.load()
  await settle()
  desk.apply({ type: "ticket", data: ticket(6) })
  desk.apply({ type: "ticket", data: mine(5, { version: 2 }) })
  slow.done(answer({ waiting: [ticket(5)] }))
  await read
  expect(ids(desk.waiting)).toEqual([6])
  expect(ids(desk.mine)).toEqual([5])
})

test("after a restore the answer wins over higher versions from before", async () => {
  server.on("GET /api/desk", answer({ waiting: [ticket(4, { version: 9 })] }))
  await desk.load()
  server.on("GET /api/desk", answer({ mine: [mine(4, { version: 2 })] }))
  await desk.load()
  expect([ids(desk.waiting), ids(desk.mine)]).toEqual([[], [4]])
})

test("a seat frame of the same version may tell another presence, an older one nothing", async () => {
  server.on("GET /api/desk", answer({ seats: [seat(), seat(jonas, { version: 3 })] }))
  await desk.load()
  desk.apply({ type: "seat", data: seat(jonas, { version: 3, present: false }) })
  expect(desk.seats.find((s) => s.person.id === jonas.id)?.present).toBe(false)
  desk.apply({ type: "seat", data: seat(jonas, { version: 2, load: 4 }) })
  expect(desk.seats.find((s) => s.person.id === jonas.id)?.load).toBe(0)
})

test("a desk that cannot be read says so, but one that was read stays", async () => {
  server.on("GET /api/desk", "cut")
  await desk.load()
  expect(desk.loaded).toBe("failed")
  server.on("GET /api/desk", answer({ mine: [mine(1)] }))
  await desk.again()
  server.on("GET /api/desk", "cut")
  await desk.load()
  expect([desk.loaded, ids(desk.mine)]).toEqual(["ready", [1]])
})

test("a refused take changes nothing", async () => {
  server.on("GET /api/desk", answer({ waiting: [ticket(4)] }))
  server.on("POST /api/desk/tickets/4/take", refusal(409, "this conversation is already taken"))
  await desk.load()
  await expect(desk.take(4)).rejects.toThrow("already taken")
  expect(ids(desk.waiting)).toEqual([4])
})

test("the card is read again when agent or state change, not for a message", async () => {
  const history = [{ id: 1, agent: me, at: "", ended_at: null, ended_by: "", why: { rule: "least busy", picked: 1, by: 0, skipped: [] } }]
  server.on("GET /api/desk/tickets/4", () => ({ ticket: mine(4), history }))
  const card = new Card(server.api)
  await card.show(mine(4))
  expect([card.loaded, card.now?.why.rule]).toEqual(["ready", "least busy"])
  await card.show(mine(4, { version: 2, last_text: "more" }))
  expect(server.calls.length).toBe(1)
  await card.show(mine(4, { version: 3, state: "closed" }))
  expect(server.calls.length).toBe(2)
})

test("the answer for a ticket that was left is not shown on the next", async () => {
  const slow = later<unknown>()
  server.on("GET /api/desk/tickets/4", () => slow.promise)
  server.on("GET /api/desk/tickets/5", { ticket: ticket(5), history: [] })
  const card = new Card(server.api)
  const first = card.show(mine(4))
  await card.show(ticket(5))
  slow.done({ ticket: mine(4), history: [{ id: 1, agent: me, at: "", ended_at: null, ended_by: "", why: { rule: "x", picked: 1, by: 0, skipped: [] } }] })
  await first
  expect([card.loaded, card.now]).toEqual(["ready", undefined])
})
