import type { Event } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { Contacts } from "../src/state/contacts"
import { ImApi, type Friend, type Myself, type Start } from "../src/state/imapi"
import { jonas, later, me, refusal, Server, settle } from "./fakes"

const ida = { id: 3, kind: "member" as const, name: "Ida", avatar: "" }
const friend = (person: Friend["person"], more: Partial<Friend> = {}): Friend => ({ person, number: 100 + person.id, signature: "", remark: "", group_id: 0, state: "offline", mutual: true, since: "2026-11-23T10:00:00Z", ...more })
const myself: Myself = { person: me, number: 101, signature: "", sex: "", birthday: "", country: "", province: "", city: "", district: "", presence: "online" }
const start = (more: Partial<Start> = {}): Start => ({ list: 5, epoch: "e", me: myself, privacy: { receipts: true, last_seen: "friends" }, friend_groups: [{ id: 9, name: "Work", position: 1 }], friends: [friend(jonas, { group_id: 9 }), friend(ida, { state: "online" })], groups: [], conversations: [], next: "", people: [], kept: [], blocked: [], unread: 0, ...more })

let server: Server
let contacts: Contacts
let reads: number
let missed: number
const push = (type: string, data: unknown): void => contacts.apply({ type, data } as Event)
const shape = (): unknown[] => contacts.sections.map((s) => [s.name, s.online, s.friends.map((f) => f.person.name)])

beforeEach(async () => {
  server = new Server()
  reads = missed = 0
  server.on("GET /api/im", () => (reads++, start()))
  contacts = new Contacts(new ImApi({ lang: "en", fetch: server.fetch }), me.id, undefined, () => missed++)
  await contacts.load()
})

test("friends stand in their groups, who is there first, and a group that is gone leaves them in the first", () => {
  expect(shape()).toEqual([["", 1, ["Ida"]], ["Work", 0, ["Jonas"]]])
  push("presence", { person_id: jonas.id, state: "busy" })
  push("contacts", { list: 6, friend_groups: [] })
  expect(shape()).toEqual([["", 2, ["Ida", "Jonas"]]])
  expect([contacts.here(jonas.id), contacts.state(jonas.id), contacts.here(99)]).toEqual([true, "busy", false])
})

test("the next change is applied, an old one ignored, and after a hole everything is read again", async () => {
  push("contacts", { list: 6, gone: [ida.id], friends: [friend(jonas, { remark: "Jo" })] })
  expect([contacts.friends.map((f) => f.remark), reads]).toEqual([["Jo"], 1])
  push("contacts", { list: 6, gone: [jonas.id] })
  expect([contacts.friends.length, missed]).toEqual([1, 0])
  server.on("GET /api/im", () => (reads++, start({ list: 8, friends: [] })))
  push("contacts", { list: 8, gone: [jonas.id] })
  await settle()
  expect([contacts.friends.length, reads, missed]).toEqual([0, 2, 1]) // the box is read again as well
  contacts.check(8)
  await settle()
  expect(reads).toBe(2)
  contacts.check(9)
  await settle()
  expect(reads).toBe(3)
})

test("who comes while the list is read is not shown as away by the older answer", async () => {
  const slow = later<unknown>()
  server.on("GET /api/im", () => slow.promise)
  const reading = contacts.load()
  push("presence", { person_id: jonas.id, state: "online" })
  push("person", { person: { ...jonas, name: "Jonas B" }, signature: "new here" })
  slow.done(start())
  await reading
  expect([contacts.state(jonas.id), contacts.friend(jonas.id)?.person.name, contacts.friend(jonas.id)?.signature]).toEqual(["online", "Jonas B", "new here"])
})

test("when a friend was last there goes with what is told of him next", () => {
  push("presence", { person_id: ida.id, state: "offline", last_seen: "2026-11-26T10:00:00Z" })
  expect(contacts.friend(ida.id)?.last_seen).toBe("2026-11-26T10:00:00Z")
  push("presence", { person_id: ida.id, state: "offline" })
  expect(contacts.friend(ida.id)?.last_seen).toBeNull()
})

test("what one shows is shown at once, follows one's other devices, and is as before when it was refused", async () => {
  const slow = later<unknown>()
  server.on("PATCH /api/im/privacy", () => slow.promise)
  const asked = contacts.show({ receipts: false })
  expect(contacts.privacy).toEqual({ receipts: false, last_seen: "friends" })
  slow.done({ receipts: false, last_seen: "friends" })
  await asked
  push("contacts", { list: 6, privacy: { receipts: true, last_seen: "nobody" } })
  expect(contacts.privacy).toEqual({ receipts: true, last_seen: "nobody" })
  server.on("PATCH /api/im/privacy", refusal(500, "something went wrong"))
  await expect(contacts.show({ last_seen: "everyone" })).rejects.toThrow()
  expect(contacts.privacy?.last_seen).toBe("nobody")
})
