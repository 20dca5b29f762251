import { expect, test } from "vitest"
import { fit, sizeWords } from "./media"

test("a picture's box keeps its shape and stays inside", () => {
  expect(fit(4000, 3000, 240, 280)).toEqual({ width: 240, height: 180 })
  expect(fit(3000, 6000, 240, 280)).toEqual({ width: 140, height: 280 })
  expect(fit(100, 80, 240, 280)).toEqual({ width: 100, height: 80 })
})

test("a sliver can still be tapped, and an unknown size gets a calm box", () => {
  expect(fit(8000, 10, 240, 280)).toEqual({ width: 240, height: 64 })
  expect(fit(undefined, undefined, 240, 280)).toEqual({ width: 180, height: 132 })
  expect(fit(0, 0, 240, 280)).toEqual({ width: 180, height: 132 })
})

test("sizes are said as people say them", () => {
  expect([0, 1023, 2048, 1.5 * 1024 ** 2, 200 * 1024 ** 2, 3 * 1024 ** 3].map((bytes) => sizeWords(bytes, "en"))).toEqual([
    "0 B", "1,023 B", "2 KB", "1.5 MB", "200 MB", "3 GB",
  ])
})
