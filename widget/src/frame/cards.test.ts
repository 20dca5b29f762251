import { expect, test, vi } from "vitest"
import { Fault } from "../wire"
import { Contact } from "./contact"
import { Rating } from "./rating"
import { Tray, trayHolds } from "./tray"

test("a rating is sent with its words, thanked for, and can be changed", async () => {
  const rate = vi.fn(() => Promise.resolve())
  const rating = new Rating(null, rate)
  await rating.send()
  expect(rate).not.toHaveBeenCalled()
  rating.choose(4)
  rating.comment = " quick and kind "
  await rating.send()
  expect([rate.mock.calls, rating.state]).toEqual([[[4, "quick and kind"]], "thanks"])
  rating.change()
  rating.choose(9)
  expect([rating.state, rating.stars]).toEqual(["asking", 5])
  rating.choose(-3)
  expect(rating.stars).toBe(1)
})

test("one given earlier is thanked for at once; a late change says why not", async () => {
  const rating = new Rating({ stars: 3, comment: "ok" }, () => Promise.reject(new Fault(409, { message: "It is too late" })))
  expect([rating.state, rating.stars, rating.comment]).toEqual(["thanks", 3, "ok"])
  rating.change()
  await rating.send()
  expect([rating.state, rating.problem]).toEqual(["asking", "It is too late"])
})

test("a second tap while it is being sent sends nothing", async () => {
  const rate = vi.fn(() => new Promise<void>(() => undefined))
  const rating = new Rating(null, rate)
  rating.choose(5)
  void rating.send()
  void rating.send()
  expect([rate.mock.calls.length, rating.state]).toEqual([1, "sending"])
})

test.each([
  [{}, "need"],
  [{ name: "Bo" }, "need"],
  [{ email: "bo@" }, "email"],
  [{ email: "a b@c.de" }, "email"],
  [{ phone: "call me" }, "phone"],
  [{ phone: "123" }, "phone"],
] as const)("the address %j cannot be right", async (typed, flaw) => {
  const leave = vi.fn()
  const contact = Object.assign(new Contact(false, leave), typed)
  await contact.send()
  expect([contact.flaw, contact.state, leave.mock.calls.length]).toEqual([flaw, "asking", 0])
})

test("an address is left without what was not typed, and can be changed", async () => {
  const leave = vi.fn(() => Promise.resolve())
  const contact = Object.assign(new Contact(false, leave), { name: " Bo ", phone: "+86 138 0013 8000" })
  await contact.send()
  expect([leave.mock.calls, contact.state]).toEqual([[[{ name: "Bo", phone: "+86 138 0013 8000" }]], "saved"])
  contact.change()
  expect([contact.state, contact.name]).toEqual(["asking", " Bo "])
})

test("a refused address says which field, else why", async () => {
  const refusals = [new Fault(400, { message: "Invalid", fields: { email: "No such domain" } }), new Fault(429, { message: "Slowly" })]
  const contact = Object.assign(new Contact(false, () => Promise.reject(refusals.shift()!)), { email: "a@b.cd" })
  await contact.send()
  expect([contact.state, contact.problem]).toEqual(["asking", "No such domain"])
  await contact.send()
  expect(contact.problem).toBe("Slowly")
})

const png = (name: string) => Object.assign(new Blob(["x"], { type: "image/png" }), { name })

test("the tray takes files at once and learns a picture's size later", async () => {
  const changed = vi.fn()
  const tray = new Tray((blob) => Promise.resolve(blob.size > 0 ? { width: 40, height: 30 } : undefined), changed)
  const adding = tray.add([png("a.png"), new Blob(["text"], { type: "text/plain" }), png("")])
  expect(tray.picked.map((one) => [one.name, one.picture, one.width])).toEqual([["a.png", true, undefined], ["file.plain", false, undefined], ["file.png", true, undefined]])
  await adding
  expect(tray.picked.map((one) => one.width)).toEqual([40, undefined, 40])
  tray.remove(tray.picked[1]!.id)
  expect(tray.take().map((one) => one.name)).toEqual(["a.png", "file.png"])
  expect([tray.picked, changed.mock.calls.length]).toEqual([[], 5])
})

test("the tray says when it is full", async () => {
  const tray = new Tray(() => Promise.resolve(undefined), () => undefined)
  await tray.add(Array.from({ length: trayHolds + 2 }, (_, i) => png(`${i}.png`)))
  expect([tray.picked.length, tray.full]).toEqual([trayHolds, true])
  tray.remove(tray.picked[0]!.id)
  expect(tray.full).toBe(false)
})
