import type { Act, Block } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { actName, actorName, fieldName, targetName, valueText } from "../src/admin/acts"
import { AuditLog, queryOf } from "../src/state/audit"
import { Blacklist } from "../src/state/blacklist"
import { me, refusal, Server, theo } from "./fakes"

let server: Server
beforeEach(() => {
  server = new Server()
})

function act(id: number, more: Partial<Act> = {}): Act {
  return { id, at: "2026-11-25T10:00:00Z", person: me, action: "agent.update", site_id: 1, target_id: 2, target: "Jonas", address: "203.0.113.7", changes: [], ...more }
}

function block(id: number, more: Partial<Block> = {}): Block {
  return { id, site_id: 1, visitor: null, address: `203.0.113.${id}`, reason: "", by: me, at: "2026-11-25T10:00:00Z", expires_at: null, ...more }
}

test("the log is read page by page and anew with another filter", async () => {
  server.on("GET /api/admin/sites/1/audit", (_: never, query: URLSearchParams) => (query.get("before") ? { acts: [act(1)], more: false } : { acts: [act(3), act(2)], more: true }))
  const log = new AuditLog(server.api, 1)
  await log.load()
  expect([log.loaded, log.more, log.acts.length]).toEqual(["ready", true, 2])
  await log.older()
  expect([log.more, log.acts.map((a) => a.id)]).toEqual([false, [3, 2, 1]])
  expect(server.calls.at(-1)).toContain("before=2")
  await log.narrow({ person: 7, action: "agent" })
  expect(log.narrowed).toBe(true)
  expect(server.calls.at(-1)).toContain("person=7&action=agent")
  expect(log.acts.length).toBe(2)
  expect(log.exportPath).toBe("/api/admin/sites/1/audit.csv?person=7&action=agent&lang=en")
})

test("an answer to an older question is not shown", async () => {
  let late: (page: unknown) => void = () => undefined
  const held = new Promise((resolve) => (late = resolve))
  server.on("GET /api/admin/sites/1/audit", (_: never, query: URLSearchParams) => (query.get("action") ? { acts: [act(9)], more: false } : held))
  const log = new AuditLog(server.api, 1)
  const first = log.load()
  await log.narrow({ action: "site" })
  late({ acts: [act(1)], more: false })
  await first
  expect(log.acts.map((a) => a.id)).toEqual([9])
})

test("a log that cannot be read says so, and not when it was read before", async () => {
  const log = new AuditLog(server.api, 1)
  await log.load()
  expect(log.loaded).toBe("failed")
  server.on("GET /api/admin/sites/1/audit", { acts: [act(1)], more: false })
  await log.load()
  server.routes.clear()
  await log.load()
  expect([log.loaded, log.acts.length]).toEqual(["ready", 1])
})

test("days of a filter begin at midnight", () => {
  const now = new Date(2026, 10, 25, 15, 30)
  expect(queryOf({ person: 0, action: "", days: 1 }, now).from).toBe(new Date(2026, 10, 25).toISOString())
  expect(queryOf({ person: 0, action: "", days: 7 }, now).from).toBe(new Date(2026, 10, 19).toISOString())
  expect(queryOf({ person: 0, action: "", days: 0 }, now)).toEqual({ person: undefined, action: undefined, from: undefined })
})

test("an act is told in the reader's words, and what is newer than the page as it came", () => {
  expect(actName(act(1), "zh-CN")).toBe("修改客服")
  expect(actName(act(1, { action: "moon.land" }), "en")).toBe("moon.land")
  expect(actorName(act(1, { person: { id: 0, name: "" } }), "en")).toBe("Server command")
  expect(targetName(act(1, { target: "", target_id: 120034 }), "en")).toContain("0034")
  expect(targetName(act(1, { target: "", target_id: 0 }), "zh-CN")).toBe("整个服务器")
  expect([fieldName("role", "en"), fieldName("chat.max_text", "en"), fieldName("hours.zone", "en"), fieldName("hours.new", "en"), fieldName("moon", "en")]).toEqual(["Role", "Longest message", "Time zone", "Opening hours", "moon"])
  const now = Date.parse("2026-11-25T12:00:00Z")
  const role = { field: "role", old: "agent", new: "supervisor" }
  expect([valueText(role, role.old, now, "zh-CN"), valueText(role, role.new, now, "zh-CN")]).toEqual(["客服", "主管"])
  expect(valueText({ field: "name", old: "", new: "owner" }, "owner", now, "en")).toBe("owner")
  expect(valueText({ field: "expires_at", old: "", new: "" }, "", now, "en")).toBe("For ever")
})

test("the blacklist takes an address once, and keeps what was refused beside the field", async () => {
  server.on("GET /api/admin/sites/1/blacklist", { blocks: [block(2), block(1, { visitor: theo, address: "" })], more: false })
  const list = new Blacklist(server.api, 1)
  await list.load()
  server.on("POST /api/admin/sites/1/blacklist", (body: { address: string; minutes: number }) => block(3, { address: body.address, reason: String(body.minutes) }))
  expect(await list.add(" 203.0.113.2 ", "", "hour", "en")).toBe(true)
  expect(list.blocks.map((b) => [b.id, b.address, b.reason])).toEqual([[3, "203.0.113.2", "60"], [1, "", ""]])
  server.on("POST /api/admin/sites/1/blacklist", refusal(400, "no", { address: "this range is too wide" }))
  expect(await list.add("0.0.0.0/0", "", "ever", "en")).toBe(false)
  expect(list.trouble.fields["address"]).toBe("This range is too wide")
  list.forgive()
  expect(list.trouble.text).toBe("")
  server.on("DELETE /api/admin/sites/1/blacklist/3", {})
  await list.remove(3)
  expect(list.blocks.map((b) => b.id)).toEqual([1])
})
