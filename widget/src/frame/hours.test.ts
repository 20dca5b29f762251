import { expect, test } from "vitest"
import { inWords } from "../lang"
import { opensWords } from "./hours"

// The reader's zone is the machine's, so all times here are local.
const now = new Date(2026, 10, 25, 22, 30) // a Wednesday
const at = (day: number, hour: number) => new Date(2026, 10, day, hour)

test("the next opening is said as one would", () => {
  const en = [at(25, 23), at(26, 9), at(30, 9), at(48, 9)].map((opens) => opensWords(opens, now, "en").replace(/\s/g, " "))
  expect(en).toEqual([
    "Open again today at 11:00 PM",
    "Open again tomorrow at 9:00 AM",
    "Open again on Monday at 9:00 AM",
    "Open again on Fri, December 18 at 9:00 AM",
  ])
  const zh = [at(25, 23), at(26, 9), at(30, 9), at(48, 9)].map((opens) => opensWords(opens, now, "zh-CN"))
  expect(zh).toEqual(["今天 23:00 恢复服务", "明天 9:00 恢复服务", "周一 9:00 恢复服务", "12月18日周五 9:00 恢复服务"])
})

test("midnight begins the next day", () => {
  expect(opensWords(at(26, 0), now, "zh-CN")).toBe("明天 0:00 恢复服务")
})

test("what is said in one language stands in for what is said in all", () => {
  const look = { key: "k", name: "Shop", accent: "#0b6e5f", title: "Tea", greeting: "Hi", away: "", hint: "", texts: { "zh-CN": { title: "茶铺" } }, position: "right", theme: "auto", when_away: "message" } as const
  expect(inWords(look, "zh-CN")).toMatchObject({ title: "茶铺", greeting: "Hi" })
  expect(inWords(look, "en")).toMatchObject({ title: "Tea", greeting: "Hi" })
})
