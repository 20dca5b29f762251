import type { PushDevice } from "@wire/protocol"
import { expect, test } from "vitest"
import { Calls, type Bell, type CallNotice } from "../src/state/calls"
import { Server } from "./fakes"

const device: PushDevice = { endpoint: "https://push.example.com/x", public_key: "p", secret: "s" }
const notice: CallNotice = { ticket: 3, title: "Theo", text: "hello", lang: "en" }

class FakeBell implements Bell {
  supported = true
  permission: NotificationPermission = "default"
  answer: NotificationPermission = "granted"
  asked = 0
  subscribed = ""
  reachable = true
  readonly shown: CallNotice[] = []

  async ask(): Promise<NotificationPermission> {
    this.asked++
    return (this.permission = this.answer)
  }

  async subscribe(key: string): Promise<PushDevice> {
    if (!this.reachable) throw new DOMException("no push service", "AbortError")
    this.subscribed = key
    return device
  }

  async unsubscribe(): Promise<void> {
    this.subscribed = ""
  }

  async show(one: CallNotice): Promise<void> {
    this.shown.push(one)
  }
}

function scene(bell = new FakeBell()) {
  const server = new Server()
  const known: PushDevice[] = []
  server.on("GET /api/push/key", { key: "k" })
  server.on("PUT /api/push/device", (body: PushDevice) => void known.push(body))
  server.on("DELETE /api/push/device", () => void known.splice(0))
  const kept = new Map<string, string>()
  const shelf = { get: (key: string) => kept.get(key) ?? null, set: (key: string, value: string) => void kept.set(key, value), remove: (key: string) => void kept.delete(key) }
  return { bell, server, known, calls: (me = 1) => new Calls(server.api, bell, shelf, me) }
}

test("permission is asked for by a press only, and the browser is told to the server", async () => {
  const s = scene()
  const calls = s.calls()
  await calls.resume()
  await calls.tell(notice)
  expect([calls.state, s.bell.asked, s.bell.shown]).toEqual(["off", 0, []])
  await calls.turnOn()
  expect([calls.state, s.bell.asked, s.bell.subscribed, s.known]).toEqual(["on", 1, "k", [device]])
  await calls.tell(notice)
  expect(s.bell.shown).toEqual([notice])
})

test("who refuses is told so, and asked no more", async () => {
  const s = scene()
  s.bell.answer = "denied"
  const calls = s.calls()
  await calls.turnOn()
  expect([calls.state, s.known]).toEqual(["denied", []])
  expect(s.calls().state).toBe("denied")
})

test("a choice holds for the person who made it, after a new sign-in too", async () => {
  const s = scene()
  await s.calls().turnOn()
  s.known.splice(0)
  const again = s.calls()
  await again.resume()
  expect([again.state, s.known]).toEqual(["on", [device]])
  const other = s.calls(2)
  await other.resume()
  expect(other.state).toBe("off")
})

test("switched off, neither browser nor server call any more", async () => {
  const s = scene()
  const calls = s.calls()
  await calls.turnOn()
  await calls.turnOff()
  expect([calls.state, s.bell.subscribed, s.known]).toEqual(["off", "", []])
  const again = s.calls()
  await again.resume()
  expect(again.state).toBe("off")
})

test("a push service that is not reached leaves it off and says so, until the next try", async () => {
  const s = scene()
  s.bell.reachable = false
  const calls = s.calls()
  await calls.turnOn()
  expect([calls.state, calls.failed]).toEqual(["off", true])
  s.bell.reachable = true
  await calls.turnOn()
  expect([calls.state, calls.failed]).toEqual(["on", false])
})

test("a browser that cannot is never asked", async () => {
  const s = scene()
  s.bell.supported = false
  const calls = s.calls()
  await calls.turnOn()
  expect([calls.state, s.bell.asked]).toEqual(["unsupported", 0])
})
