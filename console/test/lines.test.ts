import type { Message } from "@wire/protocol"
import type { Row } from "@wire/timeline"
import { expect, test } from "vitest"
import { Drafts } from "../src/state/drafts"
import { linesOf } from "../src/state/lines"
import { jonas, me, message, theo } from "./fakes"

const row = (m: Message): Row => ({ key: `m${m.id}`, message: m, placed: true })
const lines = (messages: Message[], newFrom = 0) => linesOf({ rows: messages.map(row), me: me.id, visitor: theo.id, mark: () => "sent", newFrom })
const at = (time: string, more: Partial<Message> = {}): Message => message(1, 1, { created_at: new Date(2026, 10, 23, ...(time.split(":").map(Number) as [number, number, number])).toISOString(), ...more })

test("messages of one sender within a minute stand together", () => {
  const [, first, second] = lines([at("10:00:00"), at("10:00:40"), at("10:01:50")])
  expect([first?.kind === "group" && first.bubbles.length, second?.kind === "group" && second.bubbles.length]).toEqual([2, 1])
})

test("the visitor is left, agents right, and only mine carry a mark", () => {
  const groups = lines([at("10:00:00"), at("10:00:01", { sender_id: jonas.id }), at("10:00:02", { sender_id: me.id })]).filter((l) => l.kind === "group")
  expect(groups.map((g) => [g.side, g.own, g.bubbles[0]?.mark])).toEqual([["left", false, "none"], ["right", false, "none"], ["right", true, "sent"]])
})

test("a day begins with its line and a system line ends a group", () => {
  const yesterday = message(1, 1, { created_at: new Date(2026, 10, 22, 10).toISOString() })
  const kinds = lines([yesterday, at("10:00:00"), at("10:00:01", { type: "system" }), at("10:00:02")]).map((l) => l.kind)
  expect(kinds).toEqual(["day", "group", "day", "group", "system", "group"])
})

test("the line of news stands once, before the first new message", () => {
  const messages = [at("10:00:00", { seq: 1 }), at("10:00:01", { seq: 2 }), at("10:00:02", { seq: 3 })]
  expect(lines(messages, 2).map((l) => l.kind)).toEqual(["day", "group", "new", "group"])
  expect(lines(messages, 9).map((l) => l.kind)).toEqual(["day", "group"])
})

test("drafts survive a reload and broken storage", () => {
  const shelf = new Map<string, string>()
  const store = { get: (k: string) => shelf.get(k) ?? null, set: (k: string, v: string) => void shelf.set(k, v), remove: (k: string) => void shelf.delete(k) }
  new Drafts(store, 1).set(5, "hello")
  expect([new Drafts(store, 1).get(5), new Drafts(store, 2).get(5)]).toEqual(["hello", ""])
  new Drafts(store, 1).set(5, "")
  expect(shelf.size).toBe(0)
  for (const broken of ["{", "null", '[[1,2],["a","b"]]']) {
    shelf.set("ichat:drafts:1", broken)
    expect(new Drafts(store, 1).get(1)).toBe("")
  }
})
