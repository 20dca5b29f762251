import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { type Live, MemoryStore, VisitorApi } from "../wire"
import { answer, conversation, FakeSocket, me, member, message, settle } from "../wire/fakes"
import { Chat } from "./chat"
import { Keep } from "./keep"

type Reply = { status: number; body?: unknown }
let routes: Record<string, Reply | Error>
let calls: { path: string; body: Record<string, unknown>; token: string | undefined }[]
let sockets: FakeSocket[]
let keep: Keep
let page: string | undefined
const chats: Chat[] = []

const look = { key: "k", name: "Shop", accent: "#0b6e5f", title: "Shop", greeting: "Hi", away: "", hint: "", texts: {}, position: "right", theme: "auto", when_away: "message" } as const
const session = { token: "t1", person: { id: me, kind: "visitor", name: "", avatar: "" }, site: look, epoch: "one" }
const live = (more: Partial<Live> = {}): Live => ({ conversation_id: 0, ticket_id: 0, state: "none", place: 0, estimate: null, agent: null, agents_online: 1, away: false, closed: false, opens_at: null, rating: null, may_rate: false, ask_rating: false, version: 0, ...more })
const problem = (status: number, message: string): Reply => ({ status, body: { code: "x", message, request_id: "", retry: "never", retry_after_ms: 0, fields: {} } })
const paths = () => calls.map((call) => call.path)

const fakeFetch = ((url: string, init: RequestInit) => {
  const headers = init.headers as Record<string, string>
  calls.push({ path: `${init.method} ${url}`, body: JSON.parse((init.body as string | null) ?? "{}") as Record<string, unknown>, token: headers["Authorization"] })
  const reply = routes[`${init.method} ${url}`] ?? { status: 204 }
  if (reply instanceof Error) return Promise.reject(reply)
  return Promise.resolve(new Response(reply.status === 204 ? null : JSON.stringify(reply.body), { status: reply.status }))
}) as typeof fetch

function chat(): Chat {
  const made = new Chat({
    api: new VisitorApi({ lang: "en", fetch: fakeFetch }),
    site: "k",
    parent: "https://shop.example",
    keep,
    page: () => page,
    url: "ws://host/ws",
    openStore: () => Promise.resolve(new MemoryStore()),
    client: {
      carry: () => new Promise(() => undefined),
      random: () => 0,
      open: () => {
        sockets.push(new FakeSocket())
        return sockets.at(-1)!
      },
    },
  })
  chats.push(made)
  return made
}

async function connected(): Promise<Chat> {
  const c = chat()
  await c.start()
  sockets.at(-1)!.frame({ type: "init", client_id: "c1", epoch: "one" })
  await settle()
  return c
}

beforeEach(() => {
  vi.useFakeTimers()
  calls = []
  sockets = []
  page = undefined
  keep = new Keep("token")
  routes = {
    "POST /api/visitors": { status: 200, body: session },
    "GET /api/visitors/me": { status: 200, body: { ...session, token: "" } },
    "GET /api/live": { status: 200, body: live() },
    "POST /api/chat/bind": { status: 200, body: answer([]) },
    "POST /api/chat/sync": { status: 200, body: answer([]) },
  }
})
afterEach(() => {
  for (const c of chats.splice(0)) c.client?.stop()
  vi.useRealTimers()
})

test("a first visit makes a visitor and keeps the token, without any storage too", async () => {
  const c = await connected()
  expect(calls[0]).toMatchObject({ path: "POST /api/visitors", body: { site: "k", locale: "en", parent_origin: "https://shop.example" } })
  expect([c.phase, c.me, c.connected, c.look?.title]).toEqual(["ready", me, true, "Shop"])
  expect(keep.get()).toBe("t1")
  expect(calls.at(-1)!.token).toBe("Bearer t1")
})

test("a return asks who one is; an ended sign-in makes a new visitor", async () => {
  keep.set("old")
  await chat().start()
  expect(paths()).not.toContain("POST /api/visitors")
  routes["GET /api/visitors/me"] = problem(401, "sign in")
  await chat().start()
  expect(keep.get()).toBe("t1")
})

test.each([[404, "gone"], [403, "refused"]] as const)("a %i is said plainly and not tried again", async (status, phase) => {
  routes["POST /api/visitors"] = problem(status, "not from here")
  const c = chat()
  await c.start()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([c.phase, c.reason, calls.length]).toEqual([phase, "not from here", 1])
})

test("a server that is away is asked until it answers", async () => {
  routes["POST /api/visitors"] = new TypeError("network")
  const c = chat()
  void c.start()
  await vi.advanceTimersByTimeAsync(10_000)
  expect([c.phase, c.unreachable]).toEqual(["loading", true])
  routes["POST /api/visitors"] = { status: 200, body: session }
  await vi.advanceTimersByTimeAsync(20_000)
  expect([c.phase, c.unreachable]).toEqual(["ready", false])
})

test("the first message opens the conversation", async () => {
  const c = await connected()
  const sent = message(1, { sender_id: me, client_msg_id: "?" })
  routes["POST /api/live/messages"] = { status: 200, body: sent }
  routes["GET /api/live"] = { status: 200, body: live({ conversation_id: 7, ticket_id: 70, state: "waiting", place: 2, version: 1 }) }
  routes["POST /api/chat/sync"] = { status: 200, body: answer([conversation([sent], { members: [member(me)] })]) }
  c.send("hello")
  expect(c.rows.length).toBe(1)
  await vi.advanceTimersByTimeAsync(600)
  expect([c.live.state, c.live.place]).toEqual(["waiting", 2])
  expect(c.client!.conversations.get(7)!.messages.length).toBe(1)
})

test("live is taken in order: an older version or ticket changes nothing", async () => {
  const c = await connected()
  const push = (data: Live) => sockets.at(-1)!.frame({ type: "live", data })
  push(live({ ticket_id: 70, state: "open", version: 3 }))
  push(live({ ticket_id: 70, state: "waiting", version: 2 }))
  expect(c.live.state).toBe("open")
  push(live({ ticket_id: 71, state: "waiting", version: 1 }))
  push(live({ ticket_id: 70, state: "closed", version: 9 }))
  expect(c.live).toMatchObject({ ticket_id: 71, state: "waiting" })
})

test("coming back asks where the request stands, and ending tells", async () => {
  const c = await connected()
  routes["GET /api/live"] = { status: 200, body: live({ ticket_id: 70, state: "open", version: 3 }) }
  sockets.at(-1)!.drop()
  await settle()
  sockets.at(-1)!.frame({ type: "init", client_id: "c2", epoch: "one" })
  await settle()
  expect(c.live.state).toBe("open")
  routes["POST /api/live/end"] = { status: 200, body: live({ ticket_id: 70, state: "closed", version: 4 }) }
  await c.end()
  expect(c.live.state).toBe("closed")
})

test("a sign-in that ends while chatting begins anew", async () => {
  const c = await connected()
  routes["POST /api/visitors"] = { status: 200, body: { ...session, token: "t2" } }
  sockets.at(-1)!.drop(4401)
  await settle()
  expect(keep.get()).toBe("t2")
  expect(c.phase).toBe("ready")
})

const sayings = () => calls.filter((call) => call.path === "POST /api/live/messages").map((call) => call.body)

test("a message carries the page it was written on, and what it answers, once", async () => {
  page = "https://shop.example/cart"
  const c = await connected()
  c.reply({ seq: 3, sender_id: 2, alt: "Which one?" })
  c.send("this one")
  await settle()
  page = undefined
  c.send("please")
  await settle()
  expect(sayings()[0]).toMatchObject({ body: { text: "this one" }, page: "https://shop.example/cart", reply_to: 3 })
  expect(sayings()[1]!["page"]).toBeUndefined()
  expect(sayings()[1]!["reply_to"]).toBeUndefined()
})

test("a text goes before the files sent with it, and is the reply", async () => {
  const c = await connected()
  c.reply({ seq: 3, sender_id: 2, alt: "Which one?" })
  c.send("these", [{ blob: new Blob(["x"], { type: "image/png" }), name: "a.png", width: 4, height: 3 }, { blob: new Blob(["y"]), name: "b.pdf" }])
  expect(c.rows.map((row) => (row.placed ? undefined : [row.item.type, row.item.reply?.seq]))).toEqual([["text", 3], ["image", undefined], ["file", undefined]])
  expect(c.rows[1]).toMatchObject({ item: { body: { name: "a.png", size: 1, width: 4, height: 3 } } })
  expect(c.replying).toBeUndefined()
})

test("a rating is asked for at the end or when an agent asks, and may be put off", async () => {
  const c = await connected()
  const push = (more: Partial<Live>) => sockets.at(-1)!.frame({ type: "live", data: live({ ticket_id: 70, ...more }) })
  push({ state: "open", version: 3, may_rate: true })
  expect(c.rates).toBe(false)
  push({ state: "open", version: 3, may_rate: true, ask_rating: true })
  push({ state: "open", version: 4, may_rate: true })
  expect(c.rates).toBe(true)
  c.putRatingOff()
  expect(c.rates).toBe(false)
  push({ state: "open", version: 4, may_rate: true, ask_rating: true })
  expect(c.rates).toBe(true)
  push({ state: "closed", version: 5, may_rate: false })
  expect(c.rates).toBe(false)
  push({ ticket_id: 71, state: "closed", version: 1, may_rate: true })
  expect(c.rates).toBe(true)
  routes["POST /api/live/rating"] = { status: 200, body: live({ ticket_id: 71, state: "closed", version: 2, may_rate: true, rating: { stars: 5, comment: "" } }) }
  await c.rate(5, "")
  expect([calls.at(-1)!.body, c.live.rating?.stars]).toEqual([{ stars: 5 }, 5])
})

test("a contact is left, and a refusal is the asker's to show", async () => {
  const c = await connected()
  routes["POST /api/live/contact"] = { status: 200, body: live({ ticket_id: 70, state: "waiting", away: true, version: 2 }) }
  await c.leaveContact({ email: "bo@example.com" })
  expect([calls.at(-1)!.body, c.away]).toEqual([{ email: "bo@example.com" }, true])
  routes["POST /api/live/contact"] = problem(400, "no")
  await expect(c.leaveContact({})).rejects.toMatchObject({ status: 400 })
})

test("a recall that comes too late is said for a while", async () => {
  const c = await connected()
  routes["POST /api/chat/conversations/7/messages/1/recall"] = problem(409, "It is too late to recall this")
  const own = message(1, { sender_id: me })
  c.reply({ seq: 1, sender_id: me, alt: "line 1" })
  await c.recall(own)
  expect([c.notice, c.replying]).toEqual(["It is too late to recall this", undefined])
  await vi.advanceTimersByTimeAsync(6_000)
  expect(c.notice).toBe("")
})

test("a site that goes on as ever says only that it is closed", async () => {
  const lonely = async (when_away: string, more: Partial<Live>): Promise<boolean> => {
    routes["POST /api/visitors"] = { status: 200, body: { ...session, site: { ...look, when_away } } }
    routes["GET /api/live"] = { status: 200, body: live(more) }
    keep.set(undefined)
    const made = chat()
    await made.start()
    return made.lonely
  }
  expect(await lonely("message", { away: true })).toBe(true)
  expect(await lonely("message", { away: true, closed: true })).toBe(true)
  expect(await lonely("continue", { away: true })).toBe(false)
  expect(await lonely("continue", { away: true, closed: true })).toBe(true)
  expect(await lonely("message", { away: true, closed: true, state: "closed" })).toBe(false)
})
