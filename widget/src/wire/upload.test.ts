import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Fault } from "./api"
import { type Parcel, Upload } from "./upload"

const blob = new Blob(["0123456789"])
const row = { id: 5, kind: "file", name: "a.txt", size: 10, mime: "text/plain", width: 0, height: 0 }
let parcel: Parcel
let answer: (status: number, body: unknown) => void
let lose: () => void
const carry = (given: Parcel) => {
  parcel = given
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    answer = (status, body) => resolve({ status, text: JSON.stringify(body) })
    lose = () => reject(new Fault(0, {}))
    given.signal.addEventListener("abort", lose)
  })
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test("waits, sends with its progress, and is done with the server's row", async () => {
  const changed = vi.fn()
  const upload = new Upload(blob, "a.txt", carry, changed)
  expect([upload.state, upload.share]).toEqual(["waiting", 0])
  const run = upload.run()
  expect([upload.state, parcel.name]).toEqual(["sending", "a.txt"])
  parcel.onSent(5)
  expect(upload.share).toBe(0.5)
  parcel.onSent(200)
  expect(upload.share).toBe(1)
  answer(200, row)
  expect(await run).toEqual(row)
  expect([upload.state, upload.file?.id]).toEqual(["done", 5])
  expect(changed).toHaveBeenCalledTimes(4)
})

test("a refusal is a Fault in the server's words", async () => {
  const upload = new Upload(blob, "a.txt", carry)
  const run = upload.run()
  answer(413, { code: "too_large", message: "The file is too large", retry: "never" })
  await expect(run).rejects.toMatchObject({ status: 413, retry: "never", message: "The file is too large" })
  expect(upload.state).toBe("failed")
})

test("a cancel ends it, and nothing that comes later counts", async () => {
  const upload = new Upload(blob, "a.txt", carry)
  const run = upload.run()
  parcel.onSent(4)
  upload.cancel()
  parcel.onSent(9)
  await expect(run).rejects.toMatchObject({ code: "cancelled", retry: "never" })
  expect([upload.state, upload.sent]).toEqual(["cancelled", 4])
})

test("a way on which no byte moves for a minute is lost, a slow one is not", async () => {
  const upload = new Upload(blob, "a.txt", carry)
  const run = upload.run().catch((fault: Fault) => fault)
  for (let bytes = 1; bytes < 4; bytes++) {
    await vi.advanceTimersByTimeAsync(59_000)
    parcel.onSent(bytes)
  }
  expect(upload.state).toBe("sending")
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await run).toMatchObject({ status: 0, retry: "same" })
  expect(upload.state).toBe("failed")
})
