import { expect, test } from "vitest"
import { Crop } from "../src/state/crop"

test("a face begins with the middle of the picture, as much as fits", () => {
  expect(new Crop(400, 300).square).toEqual({ x: 50, y: 0, side: 300 })
  expect(new Crop(100, 300).square).toEqual({ x: 0, y: 100, side: 100 })
})

test("it moves within the picture only", () => {
  const crop = new Crop(400, 300)
  expect(crop.moved(0.1, 0.5).square).toEqual({ x: 80, y: 0, side: 300 })
  expect(crop.moved(9, 0).square).toEqual({ x: 100, y: 0, side: 300 })
  expect(crop.moved(-9, -9).square).toEqual({ x: 0, y: 0, side: 300 })
})

test("coming closer keeps the middle, and stepping back stays inside", () => {
  const close = new Crop(400, 300).zoomed(2)
  expect([close.square, close.zoom]).toEqual([{ x: 125, y: 75, side: 150 }, 2])
  expect(close.zoomed(99).zoom).toBe(4)
  expect(close.moved(9, 9).zoomed(0).square).toEqual({ x: 100, y: 0, side: 300 })
})
