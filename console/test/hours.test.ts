import type { Hours, Span } from "@wire/protocol"
import { expect, test } from "vitest"
import { coming, mondayToFriday, nextOpening, nextSpan, wallClock, zones } from "../src/state/hours"

const office: Span[] = [{ from: "09:00", to: "12:00" }, { from: "13:00", to: "18:00" }]
const week = (more: Partial<Hours> = {}): Hours => ({ on: true, zone: "UTC", week: [[...office], [], [], [], [{ from: "22:00", to: "02:00" }], [], []], holidays: [], last_chats: 0, ...more })
const wednesday = Date.UTC(2026, 10, 25, 10, 30)

test("the week begins today, with its blocks in shares of the day", () => {
  const days = coming(week(), "2026-11-25")
  expect(days.map((day) => day.date.slice(8))).toEqual(["25", "26", "27", "28", "29", "30", "01"])
  expect(days.map((day) => day.today)).toEqual([true, false, false, false, false, false, false])
  expect(days[5]?.blocks).toEqual([{ from: 9 / 24, to: 12 / 24, late: 0 }, { from: 13 / 24, to: 18 / 24, late: 0 }])
})

test("a night runs into the next morning, the one before today too", () => {
  const days = coming(week({ last_chats: 30 }), "2026-11-27")
  expect(days[0]?.blocks).toEqual([{ from: 22 / 24, to: 1, late: 0 }])
  expect(days[1]?.blocks).toEqual([{ from: 0, to: 2 / 24, late: 0.25 }])
  expect(coming(week(), "2026-11-28")[0]?.blocks).toEqual([{ from: 0, to: 2 / 24, late: 0 }])
})

test("a holiday stands in for its weekday", () => {
  const days = coming(week({ holidays: [{ date: "2026-11-30", name: "Feast", spans: [] }] }), "2026-11-25")
  expect(days[5]).toMatchObject({ blocks: [], holiday: { name: "Feast" } })
})

test("the next opening is a moment, not a place in the timetable", () => {
  expect(nextOpening(week(), wednesday)).toBe("2026-11-27T22:00:00.000Z")
  expect(nextOpening(week(), Date.UTC(2026, 10, 30, 12, 30))).toBe("2026-11-30T13:00:00.000Z")
  expect(nextOpening(week({ zone: "Asia/Shanghai" }), wednesday)).toBe("2026-11-27T14:00:00.000Z")
  expect(nextOpening(week({ week: [[], [], [], [], [], [], []] }), wednesday)).toBeNull()
})

test("the clock on the wall is that of the zone", () => {
  expect(wallClock(wednesday, "UTC")).toEqual({ date: "2026-11-25", minute: 630 })
  expect(wallClock(wednesday, "Asia/Kolkata")).toEqual({ date: "2026-11-25", minute: 960 })
  expect(wallClock(wednesday, "Pacific/Auckland")).toEqual({ date: "2026-11-25", minute: 1410 })
  expect(wallClock(Date.UTC(2026, 10, 25, 3), "America/New_York").date).toBe("2026-11-24")
})

test("one more interval goes behind the others while there is room", () => {
  expect(nextSpan([])).toEqual({ from: "09:00", to: "18:00" })
  expect(nextSpan([{ from: "09:00", to: "12:00" }])).toEqual({ from: "13:00", to: "17:00" })
  expect(nextSpan([{ from: "09:00", to: "21:30" }])).toEqual({ from: "22:30", to: "23:59" })
  for (const full of ["22:30", "24:00", "02:00", "", "00:00"]) expect(nextSpan([{ from: "09:00", to: full }]), full).toBeUndefined()
})

test("Monday is copied to the weekdays, as copies", () => {
  const hours = week()
  mondayToFriday(hours)
  hours.week[1][0]!.from = "10:00"
  expect(hours.week.map((day) => day.length)).toEqual([2, 2, 2, 2, 2, 0, 0])
  expect(hours.week[0][0]?.from).toBe("09:00")
})

test("a zone that is set is offered, even when this browser does not know it", () => {
  expect(zones("Europe/Atlantis")).toContain("Europe/Atlantis")
  expect(zones("")).not.toContain("")
})
