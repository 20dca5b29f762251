import { expect, test } from "vitest"
import { en } from "../src/text/en"
import { has, say, type Key } from "../src/text/words"
import { zh } from "../src/text/zh"

const keys = Object.keys(en) as Key[]
const gaps = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] as string))].sort()

test("both dictionaries have the same keys and nothing empty", () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  for (const key of keys) expect(en[key] && zh[key], key).toBeTruthy()
})

test("a text has the same gaps in both languages", () => {
  for (const key of keys) expect(gaps(zh[key]), key).toEqual(gaps(en[key]))
})

test("gaps are filled and one is told from many", () => {
  expect(say("en", "list.unread", { n: 1 })).toBe("1 unread message")
  expect(say("en", "list.unread", { n: 0 })).toBe("0 unread messages")
  expect(say("zh-CN", "list.unread", { n: 3 })).toBe("3 条未读消息")
  expect(say("en", "talk.closeLead", { name: "A|B" })).toContain("A|B")
})

test("a server's word that is not known has no text", () => {
  expect(has("why.full")).toBe(true)
  expect(has("why.on holiday")).toBe(false)
  expect(has("constructor")).toBe(false)
})
