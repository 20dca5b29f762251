import { expect, test } from "vitest"
import { Catalog, nameIn } from "../src/state/catalog"
import { later } from "./fakes"

const one = (id: number, name: string, name_zh = "") => ({ id, name, name_zh })

test("a list of names shows a move at once, and takes it back when it is refused", async () => {
  let list = [one(1, "Sport", "运动"), one(2, "Books")]
  const answer = later<void>()
  const catalog = new Catalog({
    read: async () => list,
    add: async (names) => (list = [...list, one(3, names.name, names.name_zh)]),
    rename: async () => list,
    sort: async (order) => {
      await answer.promise
      throw new Error(order.join())
    },
  })
  await catalog.load()
  await catalog.add({ name: " Work ", name_zh: " " })
  expect(catalog.list.map((c) => nameIn(c, "zh-CN"))).toEqual(["运动", "Books", "Work"])
  const moving = catalog.move(0, 2)
  expect(catalog.list.map((c) => c.name)).toEqual(["Books", "Work", "Sport"])
  answer.done()
  await expect(moving).rejects.toThrow("2,3,1")
  expect(catalog.list.map((c) => c.name)).toEqual(["Sport", "Books", "Work"])
})
