import type { BoxItem, Event } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { Box } from "../src/state/box"
import { Finder } from "../src/state/find"
import { ImApi } from "../src/state/imapi"
import { jonas, later, Server, settle } from "./fakes"

const asked = (id: number, more: Partial<BoxItem> = {}): BoxItem => ({
  id,
  kind: "friend_request",
  request: { id: id * 10, kind: "friend", from_id: jonas.id, to_id: 1, note: "", state: "pending", reason: "", created_at: "2026-11-23T10:00:00Z" },
  from: jonas,
  about_id: 0,
  about: "",
  text: "",
  at: "2026-11-23T10:00:00Z",
  unread: true,
  ...more,
})

let server: Server
let box: Box
const push = (data: unknown): void => box.apply({ type: "contacts", data } as Event)

beforeEach(async () => {
  server = new Server()
  server.on("GET /api/im/box", { items: [asked(3), asked(2, { unread: false })], unread: 1, more: true })
  server.on("POST /api/im/box/read", undefined)
  box = new Box(new ImApi({ lang: "en", fetch: server.fetch }))
  await box.load()
})

test("what is new is read on all devices once somebody looks, and stays marked while he does", async () => {
  expect([box.unread, server.calls.filter((call) => call.startsWith("POST")).length]).toEqual([1, 0])
  box.look(true)
  await settle()
  expect([box.unread, box.items.map((item) => box.fresh(item)), server.calls.at(-1)]).toEqual([0, [true, false], "POST /api/im/box/read"])
  push({ list: 2, box: [asked(4)], unread: 1 })
  await settle()
  expect([box.unread, box.items.map((item) => item.id), box.fresh(asked(4))]).toEqual([0, [4, 3, 2], true])
  box.look(false)
  push({ list: 3, box: [asked(5)], unread: 1 })
  expect([box.unread, box.fresh(asked(4))]).toEqual([1, false])
})

test("what comes while a page is read is not lost under the older answer", async () => {
  const slow = later<unknown>()
  server.on("GET /api/im/box", () => slow.promise)
  const reading = box.load()
  push({ list: 2, box: [asked(4)], unread: 2 })
  slow.done({ items: [asked(3), asked(2, { unread: false })], unread: 1, more: true })
  await reading
  expect([box.unread, box.items.map((item) => item.id)]).toEqual([2, [4, 3, 2]])
})

test("an answer, one's own or from another device, takes the place of the question", async () => {
  server.on("POST /api/im/requests/30/agree", { ...asked(3).request, state: "agreed" })
  await box.agree(asked(3), 7)
  expect(box.items[0]?.request?.state).toBe("agreed")
  push({ list: 2, box: [asked(2, { request: { ...asked(2).request!, state: "refused" } })] })
  expect(box.items.map((item) => item.request?.state)).toEqual(["agreed", "refused"])
  push({ list: 3, box: [asked(1)] }) // older than what is here: it comes with its page
  expect(box.items.length).toBe(2)
})

test("a newer question drops the answer to an older one, and pages follow each other", async () => {
  const slow = later<{ found: string[]; next: number }>()
  const finder = new Finder<string, string>((query, before) => (query === "slow" ? slow.promise : Promise.resolve({ found: [`${query}${before}`], next: before ? 0 : 9 })))
  const first = finder.search("slow")
  await finder.search("b")
  slow.done({ found: ["old"], next: 0 })
  await first
  expect([finder.found, finder.more]).toEqual([["b0"], true])
  await finder.older()
  expect([finder.found, finder.more]).toEqual([["b0", "b9"], false])
})
