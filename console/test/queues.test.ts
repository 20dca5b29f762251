import type { Assignment, Hours, Queue, Trial as Visitor, TicketEvent, Tried } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { QueueForm, type QueuePatch } from "../src/state/queueform"
import { Queues } from "../src/state/queues"
import { join, rungs, split } from "../src/state/rules"
import { trailOf } from "../src/state/trail"
import { languagesIn } from "../src/state/team"
import { Trial } from "../src/state/trial"
import { length } from "../src/time"
import { jonas, later, me, refusal, rules, Server } from "./fakes"

const queue = (id: number, name: string, more: Partial<Queue> = {}): Queue => ({ id, site_id: 1, name, rules: structuredClone(rules), agents: [], ...more })
let server: Server

beforeEach(() => (server = new Server()))

/** A queue that keeps what is saved, as the server does. */
function form(more: Partial<Queue> = {}): { form: QueueForm; sent: QueuePatch[] } {
  const sent: QueuePatch[] = []
  let stored = queue(7, "Returns", more)
  server.on("PATCH /api/admin/queues/7", (body: QueuePatch) => (sent.push(body), (stored = { ...stored, ...body })))
  return { form: new QueueForm(server.api, stored), sent }
}

test("a duration is shown in the largest unit it is whole in, and typed in any", () => {
  expect([0, 45, 60, 90, 120, 3600, 5400].map(split)).toEqual([{ n: 0, unit: "min" }, { n: 45, unit: "s" }, { n: 1, unit: "min" }, { n: 90, unit: "s" }, { n: 2, unit: "min" }, { n: 1, unit: "h" }, { n: 90, unit: "min" }])
  expect([join("90", "s"), join(" 1.5 ", "min"), join("1,5", "h"), join("0", "min")]).toEqual([90, 90, 5400, 0])
  for (const wrong of ["", "soon", "-1", "1e3", "2 min"]) expect(join(wrong, "s"), wrong).toBeUndefined()
  expect([length(90, "en"), length(120, "en"), length(3660, "zh-CN"), length(0, "en")]).toEqual(["1 min 30 s", "2 min", "1 小时 1 分钟", "0 s"])
})

test("the ladder is a line of moments, as far as it is switched on", () => {
  expect(rungs({ nudge_s: 60, requeue_s: 120, times: 3 })).toEqual([{ kind: "handed", at: 0, n: 1 }, { kind: "nudge", at: 60, n: 1 }, { kind: "back", at: 120, n: 2 }, { kind: "sorry", at: 360, n: 3 }])
  expect(rungs({ nudge_s: 60, requeue_s: 0, times: 3 }).map((rung) => rung.kind)).toEqual(["handed", "nudge"])
  expect(rungs({ nudge_s: 0, requeue_s: 90, times: 1 }).map((rung) => rung.kind)).toEqual(["handed", "sorry"])
  expect(rungs({ nudge_s: 0, requeue_s: 90, times: 0 })).toEqual([{ kind: "handed", at: 0, n: 1 }, { kind: "back", at: 90, n: 0 }])
})

test("only the parts that changed are sent, and a language without words is none", async () => {
  const { form: one, sent } = form()
  expect([one.unsaved, await one.save("en")]).toEqual([false, undefined])
  one.rules.strategy = "skill"
  one.rules.texts["en"]!.busy = "Leave us a line"
  await one.save("en")
  expect(sent).toEqual([{ rules: { ...rules, strategy: "skill", texts: { en: { waiting: "", apology: "", idle_warning: "", closing: "", busy: "Leave us a line" } } } }])
  expect(one.unsaved).toBe(false)
  one.setLevel(jonas.id, 4)
  one.setLevel(1, 5)
  one.setLevel(jonas.id, 0)
  await one.save("en")
  expect([sent[1], one.serves(1), one.level(jonas.id)]).toEqual([{ agents: [{ person_id: 1, level: 5 }] }, true, 0])
})

test("the server's order of fields is no change", () => {
  const { texts: _, ...others } = rules
  const { form: one } = form({ rules: { texts: { "": { busy: "b", waiting: "" } as never }, ...others } })
  expect(one.unsaved).toBe(false)
  one.follow(queue(7, "Returns", { rules: { ...others, texts: { "": { waiting: "", busy: "b" } as never } } }))
  expect(one.unsaved).toBe(false)
})

test("a refusal stands beside the part it is about until that part is changed", async () => {
  const one = new QueueForm(server.api, queue(7, "Returns"))
  server.on("PATCH /api/admin/queues/7", refusal(400, "the request is not valid", { "rules.answer.requeue_s": "must be more than 60", "rules.texts..busy": "must be at most 500 characters", "rules.pages.0": "must not be empty" }))
  one.turn("answer", true)
  one.rules.answer.requeue_s = 30
  one.rules.pages = [""]
  expect(await one.save("en")).toBeUndefined()
  expect([one.problem("rules.answer.requeue_s"), one.problem("rules.texts..busy"), one.problemIn("rules.pages"), one.problems, one.refusal]).toEqual(["Must be more than 60", "Must be at most 500 characters", "Must not be empty", 3, ""])
  one.rules.answer.requeue_s = 90
  expect([one.problem("rules.answer.requeue_s"), one.problem("rules.pages.0"), one.problems]).toEqual([undefined, "Must not be empty", 2])
  one.discard()
  expect([one.unsaved, one.problems]).toEqual([false, 0])
})

test("a part is switched on with numbers that make sense, and off with none", () => {
  const { form: one } = form()
  for (const part of ["boost", "answer", "idle", "away"] as const) one.turn(part, true)
  one.turn("overflow", true, 9)
  const { boost, answer, idle, away_s, overflow } = one.rules
  expect([boost.every_s > 0 && boost.most >= boost.step, answer.nudge_s < answer.requeue_s, idle.warn_s < idle.close_s, away_s > 0, overflow.to_queue]).toEqual([true, true, true, true, 9])
  for (const part of ["boost", "answer", "idle", "away", "overflow"] as const) one.turn(part, false)
  expect(one.unsaved).toBe(false)
})

test("own hours begin as the site's, and open where the site never closes", () => {
  const always: Hours = { on: false, zone: "Asia/Shanghai", week: [[{ from: "10:00", to: "19:00" }], [], [], [], [], [], []], holidays: [], last_chats: 0 }
  const { form: one } = form()
  one.turnHours(true, always)
  one.rules.hours!.week[0][0]!.from = "11:00"
  expect([one.rules.hours?.on, one.rules.hours?.zone, always.week[0][0]?.from]).toEqual([true, "Asia/Shanghai", "10:00"])
  one.turnHours(true, undefined)
  expect(one.rules.hours?.week.map((day) => day.length)).toEqual([1, 1, 1, 1, 1, 0, 0])
  one.turnHours(false, always)
  expect([one.rules.hours, one.unsaved]).toEqual([null, false])
})

test("what is typed outlives a look elsewhere and a fresh reading, and is told as unsaved", async () => {
  server.on("GET /api/desk/queues", { queues: [queue(7, "Returns"), queue(8, "Sales")] })
  const queues = new Queues(server.api, 1)
  await queues.load()
  const one = queues.open(7)!
  one.rules.auto = false
  server.on("GET /api/desk/queues", { queues: [queue(7, "Refunds"), queue(8, "Sales")] })
  await queues.load()
  expect([queues.open(7) === one, one.fields.name, one.rules.auto, queues.edited(7), queues.edited(8), queues.unsaved]).toEqual([true, "Refunds", false, true, false, true])
  expect(queues.open(9)).toBeUndefined()
})

test("a queue that is refused to go stays, with the reason beside it", async () => {
  server.on("GET /api/desk/queues", { queues: [queue(1, "Sales"), { ...queue(2, "Other"), site_id: 2 }] })
  server.on("POST /api/admin/sites/1/queues", (body: { name: string }) => queue(3, body.name))
  server.on("PATCH /api/admin/queues/3", (body: QueuePatch) => ({ ...queue(3, "Care"), ...body }))
  server.on("DELETE /api/admin/queues/1", refusal(409, "somebody waits in this queue"))
  server.on("DELETE /api/admin/queues/3", undefined)
  const queues = new Queues(server.api, 1)
  await queues.load()
  expect(await queues.add(" Care ", "en")).toBe(true)
  const care = queues.open(3)!
  care.fields.name = "After sales"
  expect([await queues.save(care, "en"), queues.queues.map((q) => q.name)]).toEqual([true, ["Sales", "After sales"]])
  expect(await queues.remove(1, "en")).toBe(false)
  expect([queues.trouble(1).text, await queues.remove(3, "en"), queues.queues.length, queues.open(3)]).toEqual(["Somebody waits in this queue", true, 1, undefined])
  queues.forgive(1)
  expect(queues.trouble(1).text).toBe("")
})

test("a visitor is tested with what was filled in, and the later question has the last word", async () => {
  const answer = (name: string): Tried => ({ queue_id: 7, queue: name, reached_by: "page", match: "*/returns*", busy: false, priority: 3, priority_rule: "vip", open: true, place: 1, estimate: null, picked: jonas, why: { rule: "skill", picked: jonas.id, by: 0, skipped: [] } })
  const asked: Visitor[] = []
  const slow = later<unknown>()
  server.on("POST /api/admin/sites/1/try", (body: Visitor) => (asked.push(body), asked.length === 1 ? slow.promise : answer("second")))
  const trial = new Trial(server.api, 1)
  trial.fields.page = " https://shop.example/returns "
  trial.fields.vip = true
  const first = trial.run("en")
  await trial.run("en")
  slow.done(answer("first"))
  await first
  expect([asked[0], trial.answer?.queue, trial.busy]).toEqual([{ page: "https://shop.example/returns", vip: true }, "second", false])
  server.on("POST /api/admin/sites/1/try", refusal(400, "the request is not valid", { page: "is too long" }))
  await trial.run("en")
  expect([trial.answer, trial.trouble.fields]).toEqual([undefined, { page: "Is too long" }])
})

test("the way of a ticket is told in order, once each, and a word this page does not know is shown as it is", () => {
  const at = (minute: number): string => `2026-11-26T10:${String(minute).padStart(2, "0")}:00Z`
  const why = { rule: "skill", picked: 2, by: 0, skipped: [{ person_id: 1, name: "Maya", reason: "full" }] }
  const history: Assignment[] = [
    { id: 1, agent: jonas, at: at(1), ended_at: at(3), ended_by: "no_answer", why },
    { id: 2, agent: me, at: at(4), ended_at: at(9), ended_by: "agent", why: { ...why, rule: "taken by hand", skipped: [] } },
  ]
  const events: TicketEvent[] = [
    { id: 10, at: at(0), kind: "reached", by: 0, why: { rule: "page", to: "Returns", match: "*/returns*", is: 5, for: "vip" } },
    { id: 11, at: at(2), kind: "nudged", by: 0, why: { rule: "no_answer", name: "Jonas", after_s: 60 } },
    { id: 12, at: at(3), kind: "requeued", by: 0, why: { rule: "no_answer", name: "Jonas", after_s: 120 } },
    { id: 13, at: at(5), kind: "starred", by: 0, why: { rule: "x" } },
  ]
  const steps = trailOf(history, events, "en")
  expect(steps.map((step) => [step.text, step.more].filter(Boolean).join(" | "))).toEqual([
    "Came to “Returns” | by the page rule */returns* · Priority 5: VIP",
    "Jonas got it | Most skilled who is free",
    "Jonas was nudged | after 1 min",
    "Back in the queue: Jonas did not answer in time | after 2 min",
    "Maya took it",
    "starred",
    "Maya: closed by the agent",
  ])
  expect(steps[1]?.skipped).toEqual(why.skipped)
})

test("a queue is made the first one, and the others keep their order", async () => {
  server.on("GET /api/desk/queues", { queues: [queue(1, "Sales"), queue(2, "Care"), queue(3, "Returns")] })
  server.on("PATCH /api/admin/queues/3", (body: QueuePatch) => (expect(body).toEqual({ first: true }), queue(3, "Returns")))
  const queues = new Queues(server.api, 1)
  await queues.load()
  expect([await queues.first(3, "en"), queues.queues.map((q) => q.id)]).toEqual([true, [3, 1, 2]])
})

test("languages are typed as people list them", () => {
  expect([languagesIn(" en, zh-CN "), languagesIn("de，fr、it"), languagesIn(" ")]).toEqual([["en", "zh-CN"], ["de", "fr", "it"], []])
})
