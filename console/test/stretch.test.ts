// A long history: how much of it is shown, and what paging through it costs.
import type { ConversationSync, Message } from "@wire/protocol"
import { MemoryStore } from "@wire/store"
import { expect, test } from "vitest"
import { Log } from "../src/state/log"
import { Office } from "../src/state/office"
import { mostShown, Stretch } from "../src/state/stretch"
import { conversation, desk, FakeClock, jonas, me, message, Server, settle, Wire } from "./fakes"

const log = (from: number, to: number): Message[] => Array.from({ length: to - from + 1 }, (_, i) => message(7, from + i))
const ends = (list: Message[]): unknown[] => [list[0]?.seq, list.at(-1)?.seq]

test("a stretch shows the newest, moves by less than it shows, and stops at both ends", () => {
  const stretch = new Stretch()
  const all = log(1, 750)
  expect(ends(stretch.of(all))).toEqual([451, 750])
  expect(stretch.down(all)).toBe(false)
  const seen: unknown[] = []
  while (stretch.up(all)) seen.push(ends(stretch.of(all)))
  expect(seen).toEqual([[351, 650], [251, 550], [151, 450], [51, 350], [1, 300]])
  expect([stretch.above(all), stretch.below(all)]).toEqual([false, true])
  while (stretch.down(all)) seen.push(ends(stretch.of(all)))
  expect([seen.at(-1), stretch.below(all)]).toEqual([[451, 750], false])
  expect(ends(stretch.of([...all, message(7, 751)]))).toEqual([452, 751]) // the newest again, also when others come
})

test("what is pushed or paged does not move a stretch that ends above it", () => {
  const stretch = new Stretch()
  stretch.up(log(1, 500))
  expect([ends(stretch.of(log(1, 500))), ends(stretch.of(log(1, 510))), ends(stretch.of(log(51, 510)))]).toEqual([[101, 400], [101, 400], [101, 400]])
  stretch.to(log(1, 510), 240)
  expect(ends(stretch.of(log(1, 510)))).toEqual([101, 400]) // it is shown
  stretch.to(log(1, 510), 20)
  expect(ends(stretch.of(log(1, 510)))).toEqual([1, 170])
  stretch.to(log(1, 510), 505)
  expect(ends(stretch.of(log(1, 510)))).toEqual([211, 510])
  stretch.until(log(1, 510), 60)
  expect(ends(stretch.of(log(1, 510)))).toEqual([1, 60])
  expect(ends(stretch.of(log(100, 510)))).toEqual([211, 510]) // it was cleared
})

test("what is read stays while others write below it, up to a bound", () => {
  const stretch = new Stretch()
  stretch.hold(log(1, 400), true)
  stretch.hold(log(1, 450), true)
  expect([ends(stretch.of(log(1, 450))), stretch.below(log(1, 450))]).toEqual([[101, 450], false])
  expect(ends(stretch.of(log(51, 450)))).toEqual([101, 450])
  expect(ends(stretch.of(log(1, 900)))).toEqual([301, 900])
  stretch.up(log(1, 450)) // from what is seen, not from the end
  expect(ends(stretch.of(log(1, 450)))).toEqual([1, 300])
  stretch.until(log(1, 450), 0)
  stretch.hold(log(1, 450), true)
  stretch.hold(log(1, 450), false)
  expect(ends(stretch.of(log(1, 460)))).toEqual([161, 460])
})

test("a log has no holes, whatever is laid over it", () => {
  const held = new Log()
  held.lay([], () => true)
  expect([held.messages.length, held.more]).toEqual([0, true])
  held.lay(log(40, 60), () => true)
  expect([held.above(40, { messages: log(20, 39), more: false }), held.above(40, { messages: log(1, 39), more: false })]).toEqual([true, false])
  held.lay(log(50, 70), () => true) // joins: what is above stays, with what is known of it
  expect([ends(held.messages), held.messages.length, held.more]).toEqual([[20, 70], 51, false])
  expect([held.join([message(7, 71), message(7, 30, { version: 99, hidden: true })]), held.join([message(7, 75)])]).toEqual([true, false])
  expect([held.has(71), held.has(30), held.has(75), held.has(2)]).toEqual([true, false, false, false])
  held.from(60)
  expect(ends(held.messages)).toEqual([60, 71])
  held.lay(log(90, 95), () => true)
  expect([ends(held.messages), held.more]).toEqual([[90, 95], true])
})

/** How often a message's place was looked at. */
let looks = 0
function counted(seq: number): Message {
  const by = seq % 3 ? jonas.id : me.id
  const one = message(201, seq, { sender_id: by, client_msg_id: `c${seq}`, created_at: new Date(Date.UTC(2026, 10, 1) + seq * 50_000).toISOString() })
  return Object.defineProperty(one, "seq", { get: () => (looks++, seq) })
}

test("paging through ten thousand messages costs the same for each page, and shows no more of them", async () => {
  const total = 10_000
  const server = new Server()
  const { api } = server
  let wire: Wire | undefined
  const place = (person_id: number) => ({ person_id, role: "member" as const, join_seq: 1, left: false, read: 0, received: 0, version: 1 })
  const room: ConversationSync = { ...conversation(201, log(1, 0)), kind: "direct", reset: true, version: total, seq: total, members: [place(me.id), place(jonas.id)] }
  server.on("GET /api/desk", desk())
  server.on("POST /api/chat/bind", { me: me.id, epoch: "e", list: 1, conversations: [], gone: [], people: [me, jonas] })
  const some = (before: number, limit: number): Message[] => Array.from({ length: Math.min(limit, before - 1) }, (_, i) => counted(before - Math.min(limit, before - 1) + i))
  api.history = (_, before, limit = 50) => Promise.resolve({ messages: some(before, limit), more: before - limit > 1, people: [] })
  const office = new Office({ api, me: me.id, store: new MemoryStore(), url: "ws://host/ws", clock: new FakeClock(), open: () => (wire = new Wire()), shelf: { get: () => null, set: () => undefined, remove: () => undefined }, onSignedOut: () => undefined })
  office.start()
  await settle()
  wire?.push({ type: "init", client_id: "c", epoch: "e" })
  await settle()
  office.client.meet({ conversations: [{ ...room, messages: some(total + 1, 50) }], people: [] })
  office.rooms.select(201)
  const talk = office.rooms.talk!
  talk.look(true)

  const shown = (): number[] => talk.lines.flatMap((line) => (line.kind === "group" ? line.bubbles.map((b) => b.message?.seq ?? 0) : []))
  const costs: number[] = []
  let most = 0
  while (talk.more) {
    looks = 0
    expect(await talk.older()).toBe(true)
    void talk.lines
    costs.push(looks)
    most = Math.max(most, shown().length)
  }
  const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length
  expect(costs).toHaveLength(199)
  expect(mean(costs.slice(-20)) / mean(costs.slice(20, 40))).toBeLessThan(1.2)
  expect([most, shown()[0], talk.apart]).toEqual([mostShown, 1, true])
  expect(shown()).toEqual(Array.from({ length: mostShown }, (_, i) => i + 1))

  wire?.push({ type: "message", conversation_id: 201, version: total + 1, data: message(201, total + 1, { sender_id: jonas.id }) })
  expect([office.client.unread(201), shown().at(-1)]).toEqual([1, mostShown]) // it is not seen from here
  talk.bring(5_000)
  expect([shown().includes(5_000), shown().length]).toEqual([true, mostShown])
  talk.toPresent()
  expect([office.client.unread(201), shown().at(-1), talk.apart]).toEqual([0, total + 1, false])
}, 60_000)
