import { readFileSync } from "node:fs"
import { contrast } from "@widget/colour"
import { expect, test } from "vitest"
import { pageLink, pageName } from "../src/agent/page"
import { emoji } from "../src/talk/emoji"
import { initials, nameOf, visitorOf } from "../src/parts/faces"
import { boxOf, endOf } from "../src/parts/size"
import { onlyEmoji, partsOf } from "../src/parts/links"

test("addresses in a text become links, and nothing else does", () => {
  expect(partsOf("see https://a.example/x?y=1. ok")).toEqual([
    { text: "see ", href: "" },
    { text: "https://a.example/x?y=1", href: "https://a.example/x?y=1" },
    { text: ". ok", href: "" },
  ])
  expect(partsOf("看这里：https://a.example/x，谢谢").map((p) => p.href)).toEqual(["", "https://a.example/x", ""])
  expect(partsOf("(https://a.example/x)").map((p) => p.text)).toEqual(["(", "https://a.example/x", ")"])
  for (const text of ["javascript:alert(1)", "data:text/html,x", "<b>x</b>", "www.example.com"]) expect(partsOf(text)).toEqual([{ text, href: "" }])
})

test("up to three emoji alone are shown large", () => {
  for (const text of ["👍", "❤️", "😀😀😀", "👍🏽"]) expect(onlyEmoji(text), text).toBe(true)
  for (const text of ["ok 👍", "123", "😀😀😀😀", ""]) expect(onlyEmoji(text), text).toBe(false)
})

test("the emoji grid has no doubles and no halves", () => {
  expect(new Set(emoji).size).toBe(emoji.length)
  for (const sign of emoji) expect(onlyEmoji(sign), sign).toBe(true)
})

test("only pages of the web are links", () => {
  expect(pageName("https://shop.example/a%20b?utm=1#x")).toBe("shop.example/a b")
  expect(pageName("https://shop.example/")).toBe("shop.example")
  expect(pageName("https://shop.example/%E0%A4%A")).toBe("shop.example/%E0%A4%A")
  expect(pageLink("https://shop.example/a")).toBe("https://shop.example/a")
  expect(pageLink("javascript:alert(1)")).toBe("")
})

test("an icon carries the short ending of a name", () => {
  expect(["a.PDF", "archive.tar.gz", "README", "x.verylong"].map(endOf)).toEqual(["PDF", "GZ", "", ""])
})

test("a picture fits its box, never grows, and never becomes a line", () => {
  expect([boxOf(3000, 2000), boxOf(100, 100), boxOf(0, 0)]).toEqual([{ width: 300, height: 200 }, { width: 100, height: 100 }, { width: 220, height: 165 }])
  expect(boxOf(4000, 40)).toEqual({ width: 300, height: 56 })
})

test("visitors without a name get the end of their id", () => {
  const nobody = { id: 2097152000013384, name: " " }
  expect(nameOf(nobody, "en")).toBe("Visitor 3384")
  expect(nameOf(nobody, "zh-CN")).toBe("访客 3384")
  expect(initials(nobody)).toBe("84")
  const visitor = { id: 1, kind: "visitor" as const, name: "", avatar: "" }
  const contact = { name: "Theo", email: "", phone: "" }
  expect([visitorOf({ visitor, contact }).name, visitorOf({ visitor: { ...visitor, name: "T." }, contact }).name]).toEqual(["Theo", "T."])
  expect(initials({ id: 1, name: "Maya Lind" })).toBe("ML")
})

test("text can be read on every ground the console puts it on", () => {
  const css = readFileSync(new URL("../../widget/src/look.css", import.meta.url), "utf8")
  const pairs = ["ink/paper", "ink/sunken", "ink/accent-soft", "ink-2/paper", "ink-2/sunken", "ink-2/raised", "ink-2/accent-soft", "accent-text/sunken", "accent-text/accent-soft", "accent-ink/accent", "warn/sunken", "warn/warn-soft", "bad/sunken", "bad/paper", "bad/bad-soft", "good/good-soft", "paper/ink", "ink/note", "ink-2/note", "warn/note", "bad/note", "paper/warn"]
  for (const theme of ["light", "dark"]) {
    const block = css.slice(css.indexOf(`[data-theme="${theme}"] {`))
    const token = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(block)?.[1] ?? `no ${name}`
    for (const pair of pairs) {
      const [text, ground] = pair.split("/") as [string, string]
      expect(contrast(token(text), token(ground)), `${theme} ${pair}`).toBeGreaterThanOrEqual(4.5)
    }
  }
})
