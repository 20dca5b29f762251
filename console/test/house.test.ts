import type { OfficeGroup, Report, WaitingGroup } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { HouseApi } from "../src/state/houseapi"
import { HouseGroup, HouseGroups, mutedUntil } from "../src/state/housegroups"
import { aboutOf, HouseReports, sanctionsFor } from "../src/state/housereports"
import { jonas, later, me, refusal, Server } from "./fakes"

const nobody = { id: 0, kind: "member" as const, name: "", avatar: "" }
const waits = (id: number): WaitingGroup => ({ request: { id, kind: "found", from_id: jonas.id, to_id: 0, note: `G${id}`, state: "pending", reason: "", created_at: "2026-11-23T10:00:00Z" }, by: jonas, group: { client_id: "c", name: `G${id}` } })
const group = (id: number): OfficeGroup => ({ id, kind: "group", version: 1, seq: 1, name: `G${id}`, member_count: 2, number: 7, owner: jonas })
const report = (id: number, more: Partial<Report> = {}): Report => ({ id, by: me, person: jonas, disabled: false, conversation_id: 0, group: null, subject: null, seq: 0, category: "spam", text: "", evidence: [], state: "open", verdict: "", sanctions: [], created_at: "2026-11-23T10:00:00Z", done_at: null, done_by: nobody, ...more })

let server: Server
let api: HouseApi
let changed: number

beforeEach(() => {
  server = new Server()
  api = new HouseApi({ lang: "en", fetch: server.fetch })
  changed = 0
  server.on("GET /api/admin/report-categories", { categories: [] })
})

test("what waits comes first, page by page, and what is answered is gone from it", async () => {
  server.on("GET /api/admin/groups/requests", (_: never, query: URLSearchParams) => (query.get("after") ? { waiting: [waits(3)], next: 0 } : { waiting: [waits(1), waits(2)], next: 2 }))
  const bodies: unknown[] = []
  server.on("POST /api/admin/groups/requests/1", (body: unknown) => (bodies.push(body), { group: null, request: null }))
  server.on("POST /api/admin/groups/requests/2", refusal(409, "this request was answered already"))
  const groups = new HouseGroups(api, () => changed++)
  await groups.load()
  await groups.older()
  expect([groups.waiting.map((one) => one.request.id), groups.more]).toEqual([[1, 2, 3], false])
  await groups.answer({ ...groups.waiting[0]! }, false, " too many ") // a page has it as a copy of its own
  await expect(groups.answer(groups.waiting[0]!, true)).rejects.toThrow("already")
  expect([groups.waiting.map((one) => one.request.id), bodies, changed]).toEqual([[2, 3], [{ approve: false, reason: "too many" }], 1])
})

test("an older search does not overwrite a newer one, and a failure says so until it is tried again", async () => {
  const slow = later<unknown>()
  server.on("GET /api/admin/groups", (_: never, query: URLSearchParams) => (query.get("q") === "slow" ? slow.promise : { groups: [group(5)], next: 0 }))
  const groups = new HouseGroups(api)
  const first = groups.show("living", "slow")
  await groups.show("living", " G5 ")
  slow.done({ groups: [group(6)], next: 0 })
  await first
  expect([groups.groups.map((one) => one.id), groups.loaded, groups.empty, groups.words]).toEqual([[5], "ready", false, "G5"])
  server.on("GET /api/admin/groups", "cut")
  await groups.show("dissolved", "")
  expect(groups.loaded).toBe("failed")
  server.on("GET /api/admin/groups", { groups: [], next: 0 })
  await groups.load()
  expect([groups.loaded, groups.empty]).toEqual(["ready", true])
})

test("a group is read with its members; one that is not there is lost", async () => {
  const member = { person_id: jonas.id, role: "member" as const, join_seq: 1, left: false, read: 0, received: 0, version: 1, muted_until: "2026-11-24T10:00:00Z" }
  server.on("GET /api/admin/groups/5", group(5))
  server.on("GET /api/admin/groups/5/members", { members: [member], people: [jonas], more: false })
  const house = new HouseGroup(api, 5)
  await house.load()
  expect([house.loaded, house.group?.name, house.insiders.map((one) => one.person.name)]).toEqual(["ready", "G5", ["Jonas"]])
  expect(mutedUntil(house.insiders[0]!.member, Date.parse("2026-11-23T10:00:00Z"))).toBe("2026-11-24T10:00:00Z")
  expect(mutedUntil(house.insiders[0]!.member, Date.parse("2026-11-25T10:00:00Z"))).toBeUndefined()
  const lost = new HouseGroup(api, 6)
  await lost.load()
  expect(lost.loaded).toBe("lost")
})

test("a report that is decided leaves the open ones, and what can follow depends on where it happened", async () => {
  server.on("GET /api/admin/reports", { reports: [report(2), report(1)], more: false })
  server.on("PATCH /api/admin/reports/2", report(2, { state: "done" }))
  const reports = new HouseReports(api, () => changed++)
  await reports.load()
  await reports.judge(reports.reports[0]!, { state: "done", verdict: "ok" })
  expect([reports.reports.map((one) => one.id), changed]).toEqual([[1], 1])
  expect(sanctionsFor(report(1))).toEqual(["warn", "disable"])
  expect(sanctionsFor(report(1, { group: { id: 9, name: "G", inside: true } }))).toEqual(["warn", "mute", "remove", "disable"])
  const subject = { name: "G", number: 7, about: "", notice: "", members: 3, avatar: "" }
  expect(sanctionsFor(report(1, { subject, conversation_id: 9, group: { id: 9, name: "G", inside: false } }))).toEqual(["warn", "hush", "dissolve"])
  expect(sanctionsFor(report(1, { subject, conversation_id: 9 }))).toEqual([])
  expect(aboutOf(report(1, { subject, conversation_id: 9 }))).toMatchObject({ id: 9, name: "G" })
  expect(aboutOf(report(1))).toBe(jonas)
  expect(sanctionsFor(report(1, { disabled: true, group: { id: 9, name: "G", inside: false } }))).toEqual(["warn"])
})
