import { expect, test } from "vitest"
import { Zoom } from "./zoom"

const view = { width: 400, height: 600 }
const zoom = () => new Zoom(view, { width: 400, height: 300 })

test("the point under the finger stays there", () => {
  const z = zoom()
  z.by(4, { x: 100, y: 20 })
  expect([z.scale, z.x, z.y]).toEqual([4, -300, -60])
  z.by(1 / 4, { x: 100, y: 20 })
  expect([z.scale, z.x, z.y]).toEqual([1, 0, 0])
})

test("goes no further than its limits, and no edge comes inside the view", () => {
  const z = zoom()
  z.by(100)
  expect(z.scale).toBe(z.most)
  z.pan(99_999, -99_999)
  expect([z.x, z.y]).toEqual([1400, -900])
  z.by(0.001)
  expect([z.scale, z.x, z.y]).toEqual([1, 0, 0])
})

test("what fits does not move", () => {
  const z = zoom()
  z.pan(50, 50)
  expect([z.x, z.y]).toEqual([0, 0])
})

test("a double tap goes in and out", () => {
  const z = zoom()
  z.toggle({ x: 0, y: 0 })
  expect(z.scale).toBe(2.5)
  z.toggle({ x: 9, y: 9 })
  expect([z.scale, z.x]).toEqual([1, 0])
})
