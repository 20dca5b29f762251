import { expect, test } from "vitest"
import { namedAt, speaksTo } from "../src/state/naming"

test("an @ asks for a name where a word begins, and not in an address", () => {
  const at = (text: string) => namedAt(text, text.length)
  expect(at("@")).toEqual({ from: 0, query: "" })
  expect(at("hello @Li")).toEqual({ from: 6, query: "Li" })
  expect(at("你好@李")).toEqual({ from: 2, query: "李" })
  expect([at("maya@exam"), at("@Li Lei"), at("nothing"), at(`@${"x".repeat(40)}`)]).toEqual([undefined, undefined, undefined, undefined])
  expect(namedAt("@Li and more", 3)).toEqual({ from: 0, query: "Li" })
})

test("a text speaks to whom it names: the longest name, whole, once", () => {
  const people = [{ id: 1, name: "Li" }, { id: 2, name: "Li Lei" }, { id: 3, name: "李雷" }]
  const to = (text: string, all: string[] = []) => speaksTo(text, people, all)
  expect(to("@Li Lei, @li lei and @Li!")).toEqual({ mentions: [2, 1] })
  expect(to("@李雷你在吗")).toEqual({ mentions: [3] })
  expect([to("@Lisa"), to("a@Li"), to("Li"), to("@")]).toEqual([{}, {}, {}, {}])
})

test("everybody is called by those who may, in either language, and then nobody else by name", () => {
  const people = [{ id: 1, name: "Li" }]
  expect(speaksTo("@Li and @Everybody", people, ["Everybody", "所有人"])).toEqual({ mention_all: true })
  expect(speaksTo("@所有人 开会", people, ["Everybody", "所有人"])).toEqual({ mention_all: true })
  expect(speaksTo("@Everybody", people, [])).toEqual({})
})
