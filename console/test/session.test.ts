import { Fault } from "@wire/api"
import type { Session } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { sectionsFor, siteOf } from "../src/admin/sections"
import { doorOf, SignIn } from "../src/state/session"
import { troubleOf } from "../src/state/problem"
import { me, refusal, Server } from "./fakes"

const session: Session = { person: me, email: "maya@shop.example", roles: [{ site_id: 1, site_name: "Shop", role: "owner" }], locale: "en" }
let server: Server
let signIn: SignIn

beforeEach(() => {
  server = new Server()
  signIn = new SignIn(server.api)
})

test("the address bar opens two doors", () => {
  expect(doorOf("#setup=abc-D_1")).toEqual({ kind: "setup", token: "abc-D_1" })
  expect(doorOf("#invite=x")).toEqual({ kind: "invite", token: "x" })
  for (const hash of ["", "#ticket-5", "#setup=", "#setup=a&b", "#other=x"]) expect(doorOf(hash)).toEqual({ kind: "none" })
})

test("a page tells out from unreachable", async () => {
  server.on("GET /api/session", refusal(401, "sign in first"))
  await signIn.load()
  expect(signIn.state).toBe("out")
  server.on("GET /api/session", "cut")
  await signIn.load()
  expect(signIn.state).toBe("unreachable")
  server.on("GET /api/session", session)
  await signIn.load()
  expect([signIn.state, signIn.session]).toEqual(["in", session])
})

test("a wrong password is refused in the server's words and changes nothing", async () => {
  server.on("POST /api/session", refusal(401, "e-mail or password is wrong"))
  const error: unknown = await signIn.enter(" maya@shop.example ", "x").catch((e: unknown) => e)
  expect(troubleOf(error, "en")).toMatchObject({ text: "E-mail or password is wrong", fields: {} })
  expect(signIn.session).toBeNull()
})

test("a sign-in that ends from outside leads to the door and says so", async () => {
  signIn.lost()
  expect([signIn.state, signIn.ended]).toEqual(["unknown", false])
  server.on("POST /api/session", session)
  await signIn.enter("maya@shop.example", "right")
  signIn.lost()
  expect([signIn.state, signIn.ended, signIn.session]).toEqual(["out", true, null])
  await signIn.enter("maya@shop.example", "right")
  expect([signIn.state, signIn.ended]).toEqual(["in", false])
})

test("signing out works even when the sign-in was over already", async () => {
  server.on("POST /api/session", session)
  await signIn.enter("maya@shop.example", "right")
  server.on("DELETE /api/session", refusal(401, "sign in first"))
  await signIn.leave()
  expect([signIn.state, signIn.ended]).toEqual(["out", false])
})

test("the wizard keeps the new owner at its second step until it is finished", async () => {
  server.on("POST /api/setup", session)
  await signIn.setup({ token: "t", name: " Maya ", email: "maya@shop.example", password: "long enough", site_name: "Shop" })
  expect(signIn.state).toBe("unknown")
  signIn.finish()
  expect(signIn.state).toBe("in")
})

test("a request without an answer is told in our words", () => {
  expect(troubleOf(new Fault(0, {}), "zh-CN").text).toBe("连不上服务器，请检查网络后重试。")
  expect(() => troubleOf(new RangeError("a bug"), "en")).toThrow("a bug")
})

test("the back office shows each role what it may open", () => {
  const as = (...roles: ("owner" | "supervisor" | "agent")[]) => ({ ...session, roles: roles.map((role, i) => ({ site_id: i + 1, site_name: "Shop", role })) })
  expect(sectionsFor(as("owner")).length).toBeGreaterThan(sectionsFor(as("supervisor")).length)
  expect(sectionsFor(as("supervisor")).every((section) => section.for === "supervisor")).toBe(true)
  expect(sectionsFor(as("agent"))).toEqual([])
  expect(sectionsFor(as())).toEqual([])
  expect(siteOf(as("supervisor", "owner"))?.site_id).toBe(2)
  expect(siteOf(as("agent", "supervisor"))?.site_id).toBe(2)
})
