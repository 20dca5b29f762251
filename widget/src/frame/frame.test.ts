import { expect, test } from "vitest"
import { initials } from "../face"
import { speak } from "../lang"
import { me, message } from "../wire/fakes"
import type { Item, Row } from "../wire"
import { dayWords } from "./days"
import { altOf, lastOwn, lines } from "./lines"
import { pieces } from "./links"
import { readPlace } from "./place"
import { words as en } from "./words/en"
import { words as zh } from "./words/zh"

const at = (minute: number, second = 0) => new Date(2026, 10, 23, 10, minute, second).toISOString()
const row = (seq: number, sender: number, created_at: string): Row => ({ key: `m${seq}`, placed: true, message: message(seq, { sender_id: sender, created_at }) })
const own = (state: Item["state"], minute: number): Row => ({
  key: state,
  placed: false,
  item: { client_msg_id: state, lane: 0, type: "text", body: { text: "x" }, at: new Date(at(minute)).getTime(), state },
})
const system = (seq: number): Row => ({
  key: `m${seq}`,
  placed: true,
  message: message(seq, { type: "system", sender_id: 0, created_at: at(1), body: { key: "ticket.assigned", args: { agent: "Lin" } } }),
})

test("rows are grouped by sender and minute under a day line", () => {
  const found = lines([row(1, 2, at(1)), row(2, 2, at(1, 40)), row(3, 2, at(2)), row(4, me, at(2)), own("waiting", 2)], me)
  expect(found.map((line) => (line.kind === "group" ? line.rows.length : line.kind))).toEqual(["day", 2, 1, 2])
})

test("each day has its line", () => {
  const yesterday = new Date(2026, 10, 22, 23, 59).toISOString()
  expect(lines([row(1, 2, yesterday), row(2, 2, at(1))], me).filter((line) => line.kind === "day").length).toBe(2)
})

test("somebody is named where he begins to speak", () => {
  const found = lines([row(1, 2, at(1)), row(2, me, at(1)), row(3, 2, at(2)), system(4), row(5, 2, at(3)), row(6, 3, at(3))], me)
  expect(found.flatMap((line) => (line.kind === "group" ? [line.named] : []))).toEqual([true, false, false, true, true])
})

test("a refused message ends its group, and the state mark stands under the last that is not refused", () => {
  const rows = [row(1, me, at(1)), own("failed", 1), own("waiting", 1)]
  expect(lines(rows, me).filter((line) => line.kind === "group").length).toBe(2)
  expect(lastOwn(rows, me)?.key).toBe("waiting")
  expect(lastOwn([row(1, me, at(1)), own("failed", 1), row(2, 2, at(1))], me)?.key).toBe("m1")
})

test("a recalled message is a line of its own, between groups, and carries no state mark", () => {
  const recalled = (seq: number, sender: number): Row => ({ key: `m${seq}`, placed: true, message: message(seq, { sender_id: sender, created_at: at(1), body: {}, recalled: true }) })
  const rows = [row(1, 2, at(1)), recalled(2, 2), row(3, 2, at(1)), recalled(4, me)]
  expect(lines(rows, me).map((line) => line.kind)).toEqual(["day", "group", "recalled", "group", "recalled"])
  expect(lines(rows, me).at(-1)).toMatchObject({ own: true, sender: me })
  expect(lastOwn([row(1, me, at(1)), recalled(2, me)], me)?.key).toBe("m1")
})

test("where there is only room for words a picture is called one, and a file by its name", () => {
  const media = (type: "image" | "file"): Row => ({ key: "m1", placed: true, message: message(1, { type, body: { file_id: 5, name: "a.pdf" } }) })
  expect([altOf(media("image"), en), altOf(media("file"), en), altOf(row(1, 2, at(1)), en)]).toEqual(["Picture", "a.pdf", "line 1"])
})

const linked = (text: string) => pieces(text).flatMap((piece) => (piece.href ? [piece.href] : []))

test("addresses become links, the sentence around them does not", () => {
  expect(linked("see https://a.example/x?y=1#z, or (http://b.example/q).")).toEqual(["https://a.example/x?y=1#z", "http://b.example/q"])
  expect(linked("https://a.example/wiki/Clay_(soil)")).toEqual(["https://a.example/wiki/Clay_(soil)"])
  expect(linked("详见https://a.example/帮助。谢谢")).toEqual(["https://a.example/"])
  expect(pieces("https://a.example/ ok").map((piece) => piece.text).join("")).toBe("https://a.example/ ok")
})

test("nothing else becomes a link", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "https://good.example@evil.example/", "http://", "<a href=x>"]) {
    expect(linked(text)).toEqual([])
    expect(pieces(text).map((piece) => piece.text).join("")).toBe(text)
  }
})

test("the page knows where it stands", () => {
  const look = { key: "k", name: "n", accent: "#000000", title: "t", greeting: "", away: "", hint: "", texts: {}, position: "right", theme: "auto", when_away: "message" } as const
  const framed = new URL(`https://chat.example/widget/frame?site=k&parent=https%3A%2F%2Fshop.example#${encodeURIComponent(JSON.stringify({ lang: "zh-CN", look, preview: false, to: {} }))}`)
  expect(readPlace(framed as unknown as Location, ["en"])).toEqual({ site: "k", parent: "https://shop.example", lang: "zh-CN", look, preview: false, to: {} })
  const alone = new URL("https://chat.example/c/abc?lang=en&queue=7&agent=x#nonsense")
  expect(readPlace(alone as unknown as Location, ["zh-TW"])).toEqual({ site: "abc", parent: "https://chat.example", lang: "en", look: undefined, preview: false, to: { queue: 7 } })
})

test("speaks the first wished language it knows", () => {
  expect(speak(null, "fr-FR", "zh-Hans-CN", "en")).toBe("zh-CN")
  expect(speak("", "en-GB", "zh")).toBe("en")
  expect(speak("fr", "de")).toBe("en")
})

test("both languages say the same things", () => {
  expect(Object.keys(zh)).toEqual(Object.keys(en))
  expect(Object.keys(zh.system)).toEqual(Object.keys(en.system))
  expect(en.range(2, 5)).toBe("About 2 to 5 min")
  expect(en.range(0, 1)).toBe("Less than a minute")
  expect(en.system["ticket.transferred"]!({ from: "Lin", to: "Maya" })).toBe("Lin passed you on to Maya")
  expect(zh.system["ticket.transferred"]!({ from: "林晓", to: "王芳" })).toBe("林晓 已将您转接给 王芳")
  expect(zh.stars.length).toBe(en.stars.length)
  expect(zh.range(3, 3)).toBe("预计约 3 分钟")
})

test("days are today, yesterday, then dates", () => {
  const now = new Date(2026, 0, 1, 0, 10)
  expect(dayWords(new Date(2026, 0, 1), now, en, "en")).toBe("Today")
  expect(dayWords(new Date(2025, 11, 31, 23), now, zh, "zh-CN")).toBe("昨天")
  expect(dayWords(new Date(2025, 11, 30), now, en, "en")).toContain("2025")
})

test("initials fit both ways of writing names", () => {
  expect(["Mara Lindqvist", "林晓", "bo", "", "Anna 王"].map(initials)).toEqual(["ML", "晓", "B", "", "王"])
})
