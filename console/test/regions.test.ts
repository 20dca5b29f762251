import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { choices, chosen, countries, type Province } from "../src/state/regions"

const all = (JSON.parse(readFileSync(new URL("../regions.json", import.meta.url), "utf8")) as { provinces: Province[] }).provinces
const nowhere = { country: "", province: "", city: "", district: "" }

test("each step offers what lies in the one above, and a step up opens what is below again", () => {
  const province = chosen(all, nowhere, "province", "浙江省")
  expect([province, choices(all, province).city.includes("杭州市")]).toEqual([{ country: "CN", province: "浙江省", city: "", district: "" }, true])
  const district = chosen(all, chosen(all, province, "city", "杭州市"), "district", "西湖区")
  expect(district).toEqual({ country: "CN", province: "浙江省", city: "杭州市", district: "西湖区" })
  expect(chosen(all, district, "city", "宁波市")).toEqual({ country: "CN", province: "浙江省", city: "宁波市", district: "" })
  expect(chosen(all, district, "province", "")).toEqual(nowhere)
  expect(chosen(all, district, "country", "FR")).toEqual({ country: "FR", province: "", city: "", district: "" })
})

test("a city that is a province is chosen with it, and every name is there once", () => {
  expect(chosen(all, nowhere, "province", "重庆市").city).toBe("重庆市")
  expect(all.length).toBe(34)
  for (const province of all) for (const city of province.cities) expect(new Set(city.districts).size, city.name).toBe(city.districts.length)
})

test("what was said before there was a list stays a choice", () => {
  expect(choices(all, { ...nowhere, province: "北京" }).province[0]).toBe("北京")
})

test("China is first of the countries, the others by name", () => {
  const names = countries("en").map((one) => one.name)
  expect([names[0], names[1], new Set(names).size]).toEqual(["China", "Afghanistan", names.length])
})
