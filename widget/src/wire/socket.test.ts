import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Fault } from "./api"
import { realClock } from "./clock"
import { FakeSocket, settle } from "./fakes"
import type { Event } from "./protocol"
import { Socket, type SocketState } from "./socket"

let opened: FakeSocket[]
let states: SocketState[]
let events: Event[]
let bind: (clientId: string) => Promise<void>
const names = () => states.map((state) => state.name)
const last = () => opened.at(-1)!

function socket(random = 1): Socket {
  return new Socket({
    url: "ws://host/ws",
    clock: realClock,
    random: () => random,
    open: () => {
      opened.push(new FakeSocket())
      return last()
    },
    bind: (clientId) => bind(clientId),
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
  })
}

async function live(random = 1): Promise<Socket> {
  const s = socket(random)
  s.start()
  last().frame({ type: "init", client_id: "c1", epoch: "one" })
  await settle()
  return s
}

beforeEach(() => {
  vi.useFakeTimers()
  opened = []
  states = []
  events = []
  bind = () => Promise.resolve()
})
afterEach(() => vi.useRealTimers())

test("is live only after init and bind", async () => {
  let bound = () => {}
  const ids: string[] = []
  bind = (id) => {
    ids.push(id)
    return new Promise((resolve) => (bound = resolve))
  }
  const s = socket()
  s.start()
  expect(names()).toEqual(["connecting"])
  last().frame({ type: "init", client_id: "c1" })
  await settle()
  expect(ids).toEqual(["c1"])
  expect(s.state.name).toBe("connecting")
  bound()
  await settle()
  expect(s.state.name).toBe("live")
})

test("takes one event or an array of them", async () => {
  await live()
  last().frame({ type: "list" }, [{ type: "heads" }, { type: "pong" }, { type: "resync" }])
  last().onmessage?.({ data: "not json" })
  expect(events.map((event) => event.type)).toEqual(["list", "heads", "resync"])
})

test("waits longer after every failure and forgets that once it is live", async () => {
  const s = socket()
  s.start()
  const pauses: number[] = []
  for (let i = 0; i < 7; i++) {
    last().drop()
    const state = s.state as { until: number }
    pauses.push(state.until - Date.now())
    await vi.advanceTimersByTimeAsync(state.until - Date.now())
  }
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000])
  last().frame({ type: "init", client_id: "c" })
  await settle()
  last().drop()
  expect((s.state as { until: number }).until - Date.now()).toBe(500)
})

test("full jitter may come back at once", async () => {
  const s = await live(0)
  last().drop()
  expect((s.state as { until: number }).until).toBe(Date.now())
})

test("a silent connection is given up ten seconds after a ping", async () => {
  const s = await live()
  await vi.advanceTimersByTimeAsync(25_000)
  expect(last().sent).toEqual(['{"type":"ping"}'])
  await vi.advanceTimersByTimeAsync(9_000)
  last().frame({ type: "pong" })
  await vi.advanceTimersByTimeAsync(16_000 + 9_999)
  expect(s.state.name).toBe("live")
  await vi.advanceTimersByTimeAsync(1)
  expect(s.state.name).toBe("waiting")
  expect(opened[0]!.closed).toBe(true)
})

test("a server that never says init is given up", async () => {
  const s = socket()
  s.start()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(s.state.name).toBe("waiting")
})

test("comes back within a second when the network or the reader returns", async () => {
  const s = socket(0.5)
  s.start()
  for (let i = 0; i < 6; i++) {
    last().drop()
    if (i < 5) await vi.advanceTimersByTimeAsync(15_000)
  }
  s.poke()
  await vi.advanceTimersByTimeAsync(500)
  expect(s.state.name).toBe("connecting")
})

test("a poke doubts a connection that looks live", async () => {
  const s = await live()
  s.poke()
  expect(last().sent).toEqual(['{"type":"ping"}'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(s.state.name).toBe("waiting")
})

test("bye is honoured: back after the time the server named, poked or not", async () => {
  const s = await live(0)
  last().frame({ type: "bye", reconnect_after_ms: 3000 })
  last().drop(1001)
  s.poke()
  await vi.advanceTimersByTimeAsync(2_999)
  expect(s.state.name).toBe("waiting")
  await vi.advanceTimersByTimeAsync(1)
  expect(s.state.name).toBe("connecting")
})

test("4401 stops until it is started again", async () => {
  const s = await live()
  last().drop(4401)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(s.state).toEqual({ name: "stopped", why: "signed_out" })
  expect(opened.length).toBe(1)
  s.start()
  expect(s.state.name).toBe("connecting")
})

test("4408 reconnects", async () => {
  await live()
  last().drop(4408)
  await vi.advanceTimersByTimeAsync(500)
  expect(opened.length).toBe(2)
})

test("a bind that is refused for the sign-in stops, any other failure tries again", async () => {
  bind = () => Promise.reject(new Fault(503, { retry_after_ms: 2000 }))
  const s = await live(0)
  expect((s.state as { until: number }).until - Date.now()).toBe(2000)
  bind = () => Promise.reject(new Fault(401, { retry: "never" }))
  await vi.advanceTimersByTimeAsync(2000)
  last().frame({ type: "init", client_id: "c2" })
  await settle()
  expect(s.state).toEqual({ name: "stopped", why: "signed_out" })
})

test("what an old connection still says is not heard", async () => {
  const s = await live(0)
  const old = last()
  old.drop()
  await settle()
  old.frame({ type: "list" })
  old.drop(4401)
  expect(events).toEqual([])
  expect(s.state.name).toBe("connecting")
})
