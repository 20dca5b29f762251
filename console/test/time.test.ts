import { expect, test } from "vitest"
import { ageOf } from "../src/state/age"
import { ago, dayName, seenWhen, span } from "../src/time"

const now = new Date(2026, 10, 23, 12, 0, 0).getTime()
const before = (ms: number): string => new Date(now - ms).toISOString()
const minute = 60_000

test("times are relative up to a day, then dates", () => {
  expect(ago(before(10_000), now, "en")).toBe("now")
  expect(ago(before(-5_000), now, "en")).toBe("now")
  expect(ago(before(5 * minute), now, "en")).toBe("5m")
  expect(ago(before(23 * 60 * minute), now, "zh-CN")).toBe("23 小时")
  expect(ago(before(25 * 60 * minute), now, "en")).toBe("Nov 22")
  expect(ago(before(25 * 60 * minute), now, "zh-CN")).toBe("11月22日")
  expect(ago(before(400 * 24 * 60 * minute), now, "en")).toBe("Oct 19, 2025")
})

test("lengths of time use two units at most", () => {
  expect(span(42_000, "en")).toBe("42 s")
  expect(span(-1, "en")).toBe("0 s")
  expect(span(9 * minute, "zh-CN")).toBe("9 分钟")
  expect(span(125 * minute, "en")).toBe("2 h 5 min")
  expect(span(26 * 60 * minute, "en")).toBe("1 d 2 h")
  expect(span(60 * minute, "en")).toBe("1 h")
})

test("days have names while they are near", () => {
  expect(dayName(before(minute), now, "en")).toBe("Today")
  expect(dayName(before(13 * 60 * minute), now, "zh-CN")).toBe("昨天")
  expect(dayName(before(72 * 60 * minute), now, "en")).toBe("Fri, Nov 20")
})

test("a wait grows warm in steps", () => {
  expect([0, 1, 3, 8, 60].map((minutes) => ageOf(minutes * minute))).toEqual([0, 1, 2, 3, 3])
})

test("when somebody was last there is exact for two days, then rough", () => {
  const now = new Date(2026, 10, 26, 15, 0).getTime()
  const told = (...[month, day, h, m]: [number, number, number, number]) => seenWhen(new Date(2026, month, day, h, m).toISOString(), now, "en")
  expect(told(10, 26, 15, 0).when).toBe("now")
  expect(told(10, 26, 9, 5)).toEqual({ when: "today", time: "09:05" })
  expect(told(10, 25, 23, 59)).toEqual({ when: "yesterday", time: "23:59" })
  expect([told(10, 24, 23, 0).when, told(10, 10, 8, 0).when, told(6, 1, 8, 0).when]).toEqual(["week", "month", "long"])
})
