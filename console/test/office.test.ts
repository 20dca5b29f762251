import type { Agent, Hours, Site } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { domainOf, SiteForm } from "../src/state/siteform"
import { Team } from "../src/state/team"
import { jonas, later, me, refusal, Server } from "./fakes"

const hours: Hours = { on: false, zone: "", week: [[], [], [], [], [], [], []], holidays: [], last_chats: 0 }
const site: Site = { id: 1, key: "k", name: "Shop", accent: "#0b6e5f", title: "", greeting: "Hi", away: "", hint: "", texts: {}, position: "right", theme: "auto", when_away: "message", hours, domains: ["shop.example"], embed: "<script>", created_at: "" }
const agent = (person = jonas, more: Partial<Agent> = {}): Agent => ({ person, email: "j@shop.example", role: "agent", cap: 5, languages: [], state: "away", present: false, disabled: false, invited: false, ...more })
let server: Server

beforeEach(() => (server = new Server()))

test("what is typed as a domain becomes a host or an origin", () => {
  expect(["shop.example", " https://Shop.example/cart?x=1 ", "http://localhost:3000", "localhost", "shop.example:8443", "商店.example,"].map(domainOf)).toEqual(["shop.example", "https://shop.example", "http://localhost:3000", "localhost", "shop.example:8443", "商店.example"])
  for (const wrong of ["", "shop", "not a host", "ftp://shop.example", "user@shop.example", "shop..example"]) expect(domainOf(wrong), wrong).toBe("")
})

test("only what changed is saved, and the answer is what stands", async () => {
  const form = new SiteForm(server.api, site)
  expect(form.unsaved).toBe(false)
  expect(await form.save("en")).toBe(false)
  form.fields.name = " New "
  form.addDomain("https://www.shop.example/x")
  expect([form.unsaved, form.addDomain("nothing")]).toEqual([true, false])
  let sent: unknown
  server.on("PATCH /api/admin/sites/1", (body: Partial<Site>) => ((sent = body), { ...site, ...body, name: "New" }))
  expect(await form.save("en")).toBe(true)
  expect(sent).toEqual({ name: " New ", domains: ["shop.example", "https://www.shop.example"] })
  expect([form.fields.name, form.unsaved]).toEqual(["New", false])
})

test("what is typed while saving stays unsaved", async () => {
  const form = new SiteForm(server.api, site)
  const slow = later<unknown>()
  server.on("PATCH /api/admin/sites/1", () => slow.promise)
  form.fields.title = "One"
  const saving = form.save("en")
  form.fields.title = "Two"
  slow.done({ ...site, title: "One" })
  await saving
  expect([form.fields.title, form.site.title, form.unsaved]).toEqual(["Two", "One", true])
})

test("a refusal stands beside its field until the field is changed", async () => {
  const form = new SiteForm(server.api, site)
  server.on("PATCH /api/admin/sites/1", refusal(400, "the request is not valid", { name: "must not be empty" }))
  form.fields.name = ""
  expect(await form.save("en")).toBe(false)
  expect([form.problem("name"), form.problem("title"), form.refusal, form.unsaved]).toEqual(["Must not be empty", undefined, "", true])
  form.fields.name = "x"
  expect(form.problem("name")).toBeUndefined()
  form.discard()
  expect([form.fields.name, form.unsaved]).toEqual(["Shop", false])
})

test("a save without an answer says so and keeps what was typed", async () => {
  const form = new SiteForm(server.api, site)
  server.on("PATCH /api/admin/sites/1", "cut")
  form.fields.name = "x"
  await form.save("en")
  expect([form.refusal, form.fields.name, form.busy]).toEqual(["No connection to the server. Check the network and try again.", "x", false])
})

test("a refused change of an agent is told beside him and changes nothing", async () => {
  server.on("GET /api/admin/sites/1/agents", { agents: [agent(me, { role: "owner" }), agent()] })
  server.on("PATCH /api/admin/sites/1/agents/1", refusal(409, "a site needs an owner"))
  server.on("PATCH /api/admin/sites/1/agents/2", (body: Partial<Agent>) => agent(jonas, body))
  const team = new Team(server.api, 1)
  await team.load()
  expect(await team.change(1, { role: "agent" }, "en")).toBe(false)
  expect([team.trouble(1).text, team.agents[0]?.role]).toEqual(["A site needs an owner", "owner"])
  expect(await team.change(2, { cap: 7 }, "en")).toBe(true)
  expect([team.agents[1]?.cap, team.trouble(2).text]).toEqual([7, ""])
})

test("an invitation answers its link once and the new agent is listed", async () => {
  server.on("GET /api/admin/sites/1/agents", { agents: [] })
  server.on("POST /api/admin/sites/1/agents", { agent: agent(jonas, { invited: true }), link: "https://host/agent#invite=t", mailed: false })
  server.on("POST /api/admin/sites/1/agents/2/invitation", { link: "https://host/agent#invite=u", mailed: false })
  const team = new Team(server.api, 1)
  await team.load()
  expect(await team.add({ name: " Jonas ", email: "j@shop.example ", role: "agent" })).toEqual({ name: "Jonas", link: "https://host/agent#invite=t", mailed: false })
  expect(team.agents.length).toBe(1)
  expect(await team.again(agent(), "en")).toEqual({ name: "Jonas", link: "https://host/agent#invite=u", mailed: false })
})

test("texts of a language and hours are part of the form, and what is wrong is said where it is", async () => {
  server.on("PATCH /api/admin/sites/1", refusal(400, "the request is not valid", { "hours.week.0": "intervals must not overlap" }))
  const form = new SiteForm(server.api, site)
  form.fields.texts["zh-CN"].title = "茶铺"
  form.fields.hours.on = true
  expect(form.unsaved).toBe(true)
  expect(await form.save("en")).toBe(false)
  expect(form.problem("hours.week.0")).toBe("Intervals must not overlap")
  form.fields.hours.week[0].push({ from: "09:00", to: "12:00" })
  expect(form.problem("hours.week.0")).toBeUndefined()
  form.discard()
  expect(form.unsaved).toBe(false)
  expect(form.fields.texts["zh-CN"].title).toBe("")
})
