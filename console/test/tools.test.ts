import type { Canned, Settings } from "@wire/protocol"
import { beforeEach, expect, test } from "vitest"
import { actionsFor } from "../src/state/actions"
import { askedIn, CannedBook, fill } from "../src/state/canned"
import { ChosenFiles } from "../src/state/files"
import { LimitsForm } from "../src/state/limits"
import { later, message, refusal, Server } from "./fakes"

let server: Server
beforeEach(() => (server = new Server()))

const canned = (id: number, shortcut: string, text = "", more: Partial<Canned> = {}): Canned => ({ id, site_id: 1, shortcut, text, scope: "mine", uses: 0, ...more })
const settings: Settings = { chat: { recall_seconds: 120, edit_seconds: 900, max_text: 4000, max_group: 500 }, files: { max_image_mb: 10, max_file_mb: 50, max_megapixels: 40 }, members: { registration: "closed", groups: true, approval: false, max_created: 10, max_joined: 100, max_friends: 1000 }, proof: { mode: "off", script_url: "", verify_url: "", site_key: "", secret_end: "" } }

test("a stroke asks for replies at the beginning and after a space, not inside a word", () => {
  expect(askedIn("/", 1)).toEqual({ from: 0, query: "" })
  expect(askedIn("/ship to", 8)).toEqual({ from: 0, query: "ship to" })
  expect(askedIn("Hello /sh and", 9)).toEqual({ from: 6, query: "sh" })
  for (const [text, at] of [["and/or", 6], ["https://a", 9], ["Hello /sh x", 11], ["", 0], ["/a\nb", 4]] as const) expect(askedIn(text, at), text).toBeUndefined()
})

test("replies are found by shortcut first, then by text, and what is used often stands first", async () => {
  server.on("GET /api/desk/canned", { canned: [canned(1, "hours", "we ship daily"), canned(2, "ship"), canned(3, "reship", "", { uses: 9 }), canned(4, "shop", "", { uses: 2 }), canned(5, "ship", "", { site_id: 2 })] })
  const book = new CannedBook(server.api)
  await Promise.all([book.load(), book.load()])
  expect(server.calls.length).toBe(1)
  expect(book.find(1, "SH").map((c) => c.id)).toEqual([4, 2, 3, 1])
  expect(book.find(1, "").map((c) => c.id)).toEqual([3, 4, 1, 2])
  expect(book.find(1, "nothing")).toEqual([])
  await book.used(canned(2, "ship", "", { uses: 10 })) // the count is lost on the way, which is no trouble
  expect(book.find(1, "")[0]?.id).toBe(2)
})

test("gaps get names, and without a name what stands for it", () => {
  const otherwise = { visitor: "there", agent: "our team" }
  expect(fill("Hi {visitor}, {agent} here", { visitor: "Theo", agent: "Maya" }, otherwise)).toBe("Hi Theo, Maya here")
  expect(fill("Hi {visitor} / {visitor|friend} / {visitor|}", { visitor: " ", agent: "" }, otherwise)).toBe("Hi there / friend / ")
  expect(fill("{other} {visitor}", { visitor: "{agent}", agent: "x" }, otherwise)).toBe("{other} {agent}")
})

test("replies are added, changed and deleted; a refusal leaves them as they were", async () => {
  server.on("GET /api/desk/canned", { canned: [] })
  server.on("POST /api/desk/canned", (body: Canned) => ({ ...body, id: 7, uses: 0 }))
  server.on("PATCH /api/desk/canned/7", (body: Partial<Canned>) => canned(7, "hi", body.text))
  server.on("DELETE /api/desk/canned/7", refusal(404, "canned reply not found"))
  const book = new CannedBook(server.api)
  await book.load()
  await book.add(1, "mine", { shortcut: " /hi ", text: " Hello " })
  expect(book.of(1, "mine")).toEqual([canned(7, "hi", "Hello")])
  await book.change(7, { shortcut: "hi", text: "Good day" })
  await expect(book.remove(7)).rejects.toThrow("not found")
  expect(book.of(1, "mine").map((c) => c.text)).toEqual(["Good day"])
  server.on("DELETE /api/desk/canned/7", undefined)
  await book.remove(7)
  expect([book.of(1, "mine"), book.of(1, "site")]).toEqual([[], []])
})

test("chosen files wait in their conversation, once each, and are handed out once", () => {
  const files = new ChosenFiles()
  const file = (name: string) => new File(["x"], name, { lastModified: 1 })
  files.add(1, [file("a"), file("b"), file("a")])
  files.add(2, [file("c")])
  files.remove(1, files.get(1)[0]?.key ?? 0)
  expect([files.take(1).map((f) => f.name), files.take(1), files.get(2).length]).toEqual([["b"], [], 1])
})

test("one's own fresh message can be recalled, others' answered, a recalled one neither", () => {
  const all = { write: true, recall: true }
  expect(actionsFor(message(1, 1), all)).toEqual(["reply", "copy", "recall"])
  expect(actionsFor(message(1, 1, { type: "file" }), { write: true, recall: false })).toEqual(["reply", "save"])
  expect(actionsFor(message(1, 1), { write: false, recall: true })).toEqual(["copy"])
  expect([actionsFor(message(1, 1, { recalled: true }), all), actionsFor(message(1, 1, { type: "system" }), all)]).toEqual([[], []])
})

test("only changed limits are sent, as numbers, and only whole ones", async () => {
  let sent: unknown
  server.on("GET /api/admin/settings", settings)
  server.on("PATCH /api/admin/settings", (body: Settings) => ((sent = body), { ...settings, files: { ...settings.files, ...body.files } }))
  const form = new LimitsForm(server.api)
  await form.load()
  expect([form.unsaved, form.fields.max_text]).toEqual([false, "4000"])
  form.fields.max_file_mb = "1.5"
  expect([form.problem("max_file_mb"), await form.save("en"), sent]).toEqual(["whole", false, undefined])
  form.fields.max_file_mb = " 80 "
  expect(await form.save("en")).toBe(true)
  expect([sent, form.unsaved, form.fields.max_file_mb]).toEqual([{ files: { max_file_mb: 80 } }, false, "80"])
})

test("a limit that is refused says so beside its field, and what was typed is kept over a fresh reading", async () => {
  server.on("GET /api/admin/settings", settings)
  server.on("PATCH /api/admin/settings", refusal(400, "the request is not valid", { "chat.max_text": "expected number <= 20000" }))
  const form = new LimitsForm(server.api)
  await form.load()
  form.fields.max_text = "99999"
  expect(await form.save("en")).toBe(false)
  expect([form.problem("max_text"), form.problem("max_file_mb"), form.refusal]).toEqual(["Expected number <= 20000", undefined, ""])
  await form.load()
  expect(form.fields.max_text).toBe("99999")
  form.discard()
  expect([form.fields.max_text, form.problem("max_text")]).toEqual(["4000", undefined])
})

test("what is typed while limits are saved stays unsaved", async () => {
  server.on("GET /api/admin/settings", settings)
  const slow = later<unknown>()
  server.on("PATCH /api/admin/settings", () => slow.promise)
  const form = new LimitsForm(server.api)
  await form.load()
  form.fields.max_text = "5000"
  const saving = form.save("en")
  form.fields.max_text = "6000"
  slow.done({ ...settings, chat: { ...settings.chat, max_text: 5000 } })
  await saving
  expect([form.fields.max_text, form.unsaved]).toEqual(["6000", true])
})
