import { expect, test } from "vitest"
import type { Message } from "@wire/protocol"
import { linesOf, type Line } from "../src/state/lines"
import { steady } from "../src/state/steady"

const said = (seq: number, more: Partial<Message> = {}): Message => ({ id: seq, conversation_id: 7, seq, version: seq, sender_id: seq % 2 ? 1 : 2, client_msg_id: `c${seq}`, type: "text", body: { text: `number ${seq}` }, recalled: false, created_at: new Date(Date.UTC(2026, 0, 1, 9, seq * 3)).toISOString(), ...more }) as Message
const lines = (messages: Message[], mark: (m: Message) => "sent" | "read" = () => "sent"): Line[] => linesOf({ rows: messages.map((message) => ({ key: `m${message.id}`, message, placed: true })), notes: [], me: 1, visitor: 0, mark, newFrom: 0 })

test("a message that comes leaves every line above as it is", () => {
  const log = Array.from({ length: 50 }, (_, i) => said(i + 1))
  const before = lines(log)
  const after = steady(before, lines([...log, said(51)]))
  expect(after).toHaveLength(before.length + 1)
  expect(after.slice(0, -1).every((line, i) => line === before[i])).toBe(true)
})

test("a group that grows is another, and what was in it is not", () => {
  const two = [said(1), said(3, { created_at: said(1).created_at })]
  const before = lines(two.slice(0, 1))
  const [, group] = steady(before, lines(two))
  const old = before[1]
  if (group?.kind !== "group" || old?.kind !== "group") throw new Error("no group")
  expect(group).not.toBe(old)
  expect(group.bubbles).toHaveLength(2)
  expect(group.bubbles[0]).toBe(old.bubbles[0])
})

test("what was edited, read or taken back is drawn anew", () => {
  const log = [said(1), said(2), said(3)]
  const before = lines(log)
  const edited = lines([said(1), said(2, { version: 9, body: { text: "another" } }), said(3, { version: 10, recalled: true })], (m) => (m.seq === 1 ? "read" : "sent"))
  const after = steady(before, edited)
  expect(after.filter((line) => before.includes(line)).map((line) => line.kind)).toEqual(["day"])
  expect(after).toEqual(edited)
})

test("a quote that says the same does not make a bubble new", () => {
  const log = [said(1), said(2, { reply_to: { seq: 1, sender_id: 1, alt: "number 1" } })]
  const before = lines(log)
  expect(steady(before, lines(log)).every((line, i) => line === before[i])).toBe(true)
})
