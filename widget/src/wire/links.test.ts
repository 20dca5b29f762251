import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Fault } from "./api"
import { realClock } from "./clock"
import { Links } from "./links"

const minutes = (n: number) => n * 60_000
let asked: number[]
let fail: boolean
let skew: number
let links: Links

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-23T10:00:00Z") })
  asked = []
  fail = false
  skew = 0
  links = new Links((file) => {
    asked.push(file)
    if (fail) return Promise.reject(new Fault(0, {}))
    const expires_at = new Date(Date.now() + skew + minutes(10)).toISOString()
    return Promise.resolve({ url: `/files/${file}/a?n=${asked.length}`, thumb_url: "", expires_at })
  }, realClock)
})
afterEach(() => void vi.useRealTimers())

test("asked for once, whoever asks, until a minute before they end", async () => {
  const [one, two] = await Promise.all([links.get(5), links.get(5)])
  expect(one).toBe(two)
  await vi.advanceTimersByTimeAsync(minutes(9) - 1)
  expect(links.now(5)).toBe(one)
  await links.get(5)
  expect(asked).toEqual([5])
  await vi.advanceTimersByTimeAsync(1)
  expect(links.now(5)).toBeUndefined()
  expect((await links.get(5)).url).toBe("/files/5/a?n=2")
})

test("a link that did not work is asked for again, and a failed asking is not kept", async () => {
  await links.get(5)
  links.drop(5)
  fail = true
  await expect(links.get(5)).rejects.toMatchObject({ status: 0 })
  fail = false
  expect((await links.get(5)).url).toBe("/files/5/a?n=3")
})

test.each([["ahead", -1], ["behind", 1]])("a clock an hour %s neither asks without end nor trusts for ever", async (_, sign) => {
  skew = sign * minutes(60)
  await links.get(5)
  await links.get(5)
  expect(asked.length).toBe(1)
  await vi.advanceTimersByTimeAsync(minutes(9))
  expect(links.now(5)).toBeUndefined()
})
