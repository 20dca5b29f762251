import { expect, test } from "vitest"
import { answerLeft, Nudges } from "../src/state/ladder"
import { mine, ticket } from "./fakes"

const now = Date.parse("2026-11-26T10:00:00Z")

test("a countdown runs while the agent owes an answer, and never below nothing", () => {
  expect(answerLeft(mine(1, { answer_by: "2026-11-26T10:00:40Z" }), now)).toBe(40_000)
  expect(answerLeft(mine(1, { answer_by: "2026-11-26T09:59:00Z" }), now)).toBe(0)
  expect(answerLeft(mine(1), now)).toBeUndefined()
  expect(answerLeft(ticket(1, { answer_by: "2026-11-26T10:00:40Z" }), now)).toBeUndefined()
})

test("a call is heard once, and not again after a reload", () => {
  const nudges = new Nudges()
  expect(nudges.fresh([mine(1, { nudged: true })])).toEqual([])
  expect(nudges.fresh([mine(1, { nudged: true }), mine(2)])).toEqual([])
  expect(nudges.fresh([mine(1, { nudged: true }), mine(2, { nudged: true })]).map((t) => t.id)).toEqual([2])
  expect(nudges.fresh([mine(2, { nudged: true })])).toEqual([])
  expect(nudges.fresh([mine(1, { nudged: true }), mine(2, { nudged: true })]).map((t) => t.id)).toEqual([1])
})
