import type { FailedMail, Mail } from "@wire/protocol"
import { expect, test } from "vitest"
import type { ConsoleApi } from "../src/state/api"
import { MailRoom } from "../src/state/mail"

const mail: Mail = { ready: true, links: true, from: "chat@shop.example", queued: 0, failed: 2, last_error: "", last_error_at: null }
const failed = (id: number): FailedMail => ({ id, kind: "missed", address: `vic${id}@example.com`, error: "no such mailbox", failed_at: "2026-01-01T00:00:00Z" })

function api(over: object): ConsoleApi {
  return { mail: async () => mail, failedMails: async () => ({ mails: [failed(2), failed(1)], more: false }), ...over } as unknown as ConsoleApi
}

test("a mail that is tried again leaves the list", async () => {
  const retried: number[] = []
  const room = new MailRoom(api({ retryMail: async (id: number) => void retried.push(id), failedMails: async () => ({ mails: [failed(2), failed(1)].filter((m) => !retried.includes(m.id)), more: false }) }))
  await room.load()
  expect(room.failed.map((m) => m.id)).toEqual([2, 1])
  await room.retry(failed(2))
  expect(retried).toEqual([2])
  expect(room.failed.map((m) => m.id)).toEqual([1])
})

test("a test says where it went, or what the mail server said against it", async () => {
  let answer = { to: "mei@example.com", error: "" }
  const room = new MailRoom(api({ testMail: async () => answer }))
  await room.test("en")
  expect(room.tested).toEqual({ to: "mei@example.com", problem: "" })
  answer = { to: "mei@example.com", error: "554 not from here" }
  await room.test("en")
  expect(room.tested?.problem).toBe("554 not from here")
})

test("a list that cannot be had is said, and asked for again", async () => {
  let up = false
  const room = new MailRoom(api({ mail: async () => (up ? mail : Promise.reject(new TypeError("no net"))) }))
  await room.load()
  expect(room.loaded).toBe("failed")
  up = true
  await room.load()
  expect(room.loaded).toBe("ready")
  expect(room.mail?.from).toBe("chat@shop.example")
})
