import { Fault } from "@wire/api"
import { expect, test } from "vitest"
import { Arrival } from "../src/state/arrival"

/** The store of a tab. */
function tab() {
  const all = new Map<string, string>()
  return { get: (key: string) => all.get(key) ?? null, set: (key: string, value: string) => void all.set(key, value), remove: (key: string) => void all.delete(key) }
}

test("a link outlasts a reload before one is signed in, and is forgotten once it is answered", () => {
  const here = tab()
  expect(new Arrival(here, "#group=abc-D_1").token("group")).toBe("abc-D_1")
  const again = new Arrival(here, "#/chats")
  expect([again.token("group"), again.token("person")]).toEqual(["abc-D_1", ""])
  again.forget()
  expect([again.door.kind, new Arrival(here, "").door.kind]).toEqual(["none", "none"])
})

test("the link opened last counts", () => {
  const here = tab()
  new Arrival(here, "#group=abc")
  new Arrival(here, "#person=10001")
  expect(new Arrival(here, "").door).toEqual({ kind: "person", token: "10001" })
})

test("a refused link is forgotten, a lost line takes nothing", () => {
  const here = tab()
  const arrival = new Arrival(here, "#group=abc")
  arrival.failed(new Fault(0, {}))
  arrival.failed(new Fault(503, {}))
  expect([arrival.token("group"), new Arrival(here, "").token("group")]).toEqual(["abc", "abc"])
  arrival.failed(new Fault(404, {}))
  expect([arrival.token("group"), new Arrival(here, "").token("group")]).toEqual(["", ""])
})

test("where storage is refused a link lasts as long as the page", () => {
  const none = { get: () => null, set: () => undefined, remove: () => undefined }
  expect(new Arrival(none, "#group=abc").token("group")).toBe("abc")
  expect(new Arrival(none, "").door.kind).toBe("none")
})
