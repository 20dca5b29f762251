import { expect, test } from "vitest"
import { placeAt } from "../src/parts/dragging"
import { moved } from "../src/state/catalog"

test("a row goes where the pointer is among the others", () => {
  const middles = [10, 30, 50]
  expect([0, 20, 31, 99].map((y) => placeAt(y, middles))).toEqual([0, 1, 2, 3])
  expect(moved([1, 2, 3, 4], 0, 2)).toEqual([2, 3, 1, 4])
  expect(moved([1, 2, 3, 4], 3, 0)).toEqual([4, 1, 2, 3])
  expect(moved([1, 2], 5, 0)).toEqual([1, 2])
})
