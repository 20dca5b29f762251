import type { Message } from "@wire/protocol"
import type { Row } from "@wire/timeline"
import { expect, test } from "vitest"
import { Drafts } from "../src/state/drafts"
import { replyTo } from "../src/state/actions"
import { linesOf } from "../src/state/lines"
import type { Note } from "../src/state/notes"
import { jonas, me, message, theo } from "./fakes"

const row = (m: Message): Row => ({ key: `m${m.id}`, message: m, placed: true })
const note = (time: string, text = "n"): Note => ({ key: text, sender: jonas.id, text, at: at(time).created_at, whisper: false, state: "sent", reason: "" })
const lines = (messages: Message[], newFrom = 0, notes: Note[] = []) => linesOf({ rows: messages.map(row), notes, me: me.id, visitor: theo.id, mark: () => "sent", newFrom })
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

test("notes stand between the messages by their time and end a group", () => {
  const kinds = lines([at("10:00:00"), at("10:00:10")], 0, [note("10:00:05", "between"), note("10:05:00", "after")]).map((l) => (l.kind === "note" ? l.note.text : l.kind))
  expect(kinds).toEqual(["day", "group", "between", "group", "after"])
  expect(lines([], 0, [note("10:00:05")]).map((l) => l.kind)).toEqual(["day", "note"])
})

test("a recalled message is one quiet line, and a quote of it shows nothing any more", () => {
  const original = at("10:00:00", { seq: 1, body: { text: "secret" } })
  const reply = at("10:00:10", { seq: 2, reply_to: replyTo(original) })
  const quoteIn = (list: Message[]) => lines(list).flatMap((l) => (l.kind === "group" ? l.bubbles : [])).find((b) => b.reply)?.reply?.alt
  expect(quoteIn([original, reply])).toBe("secret")
  const recalled = { ...original, body: {}, recalled: true, version: 3 }
  expect([lines([recalled, reply]).map((l) => l.kind), quoteIn([recalled, reply])]).toEqual([["day", "recalled", "group"], ""])
})

test("pictures and files carry what is known of them, before they are sent too", () => {
  const [, group] = lines([at("10:00:00", { type: "image", body: { file_id: 7, name: "a.png", size: 5, width: 30, height: 20 } })])
  expect(group?.kind === "group" && group.bubbles[0]?.media).toEqual({ kind: "image", id: 7, name: "a.png", size: 5, width: 30, height: 20 })
  const item = { client_msg_id: "c", lane: 1, type: "file", body: { name: "b.pdf", size: 9 }, at: 0, state: "uploading" } as const
  const [, own] = linesOf({ rows: [{ key: "c", item, placed: false }], notes: [], me: me.id, visitor: theo.id, mark: () => "sent", newFrom: 0 })
  expect(own?.kind === "group" && [own.bubbles[0]?.mark, own.bubbles[0]?.media?.id, own.bubbles[0]?.media?.name]).toEqual(["sending", 0, "b.pdf"])
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
