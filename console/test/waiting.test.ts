import { beforeEach, expect, test } from "vitest"
import { HouseApi } from "../src/state/houseapi"
import { Waiting } from "../src/state/waiting"
import { FakeClock, later, Server, settle, Wire } from "./fakes"

let server: Server
let wire: Wire
let clock: FakeClock
let office: Waiting
let shown: number

beforeEach(() => {
  server = new Server()
  clock = new FakeClock()
  shown = 0
  server.on("POST /api/chat/bind", { me: 1, epoch: "e", list: 1, conversations: [], gone: [], people: [] })
  server.on("GET /api/admin/waiting", { groups: 1, reports: 2 })
  office = new Waiting({ api: new HouseApi({ lang: "en", fetch: server.fetch }), url: "ws://host/ws", clock, open: () => (wire = new Wire()), onSignedOut: () => undefined, onMoved: () => shown++ })
})

test("what waits is read at the start, when the server says so, and after a loss", async () => {
  office.start()
  wire.push({ type: "init", client_id: "c", epoch: "e" })
  await settle()
  expect([office.counts, shown]).toEqual([{ groups: 1, reports: 2 }, 1])
  server.on("GET /api/admin/waiting", { groups: 1, reports: 3 })
  office.apply({ type: "message" })
  await settle()
  expect(office.counts.reports).toBe(2)
  office.apply({ type: "waiting" })
  await settle()
  expect([office.counts.reports, shown]).toEqual([3, 2])
  server.on("GET /api/admin/waiting", "cut")
  office.apply({ type: "waiting" })
  await settle()
  expect([office.counts.reports, shown]).toEqual([3, 2]) // it stays as it was
  server.on("GET /api/admin/waiting", { groups: 0, reports: 3 })
  office.poke()
  await settle()
  expect([office.counts.groups, shown]).toEqual([0, 3])
  office.stop()
})

test("what is said while the numbers are read has them read once more", async () => {
  const slow = later<unknown>()
  let asked = 0
  server.on("GET /api/admin/waiting", () => (++asked === 1 ? slow.promise : { groups: 0, reports: 9 }))
  const reading = office.read()
  office.apply({ type: "waiting" })
  office.apply({ type: "waiting" })
  slow.done({ groups: 0, reports: 8 })
  await reading
  expect([asked, office.counts.reports]).toEqual([2, 9])
  office.stop()
})
