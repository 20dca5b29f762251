import { createHash } from "node:crypto"
import { expect, test, vi } from "vitest"
import { ConsoleApi } from "../src/state/api"
import { ImApi } from "../src/state/imapi"
import { Proof } from "../src/state/proof"
import { ProofForm, serviceOf, services } from "../src/state/proofform"
import { sha256 } from "../src/state/sha256"
import { solve } from "../src/state/work"
import { later, refusal, Server } from "./fakes"

const hex = (words: Uint32Array): string => [...words].map((word) => word.toString(16).padStart(8, "0")).join("")

test("a hash is that of everybody else, of any length", () => {
  for (const n of [0, 1, 3, 40, 55, 56, 63, 64, 65, 119, 120, 128, 1000]) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + n) & 255)
    expect([n, hex(sha256(bytes))]).toEqual([n, createHash("sha256").update(bytes).digest("hex")])
  }
})

test("what is solved is what the server looks for", () => {
  const challenge = "register.1764000000.AAECAwQFBgcICQoLDA0ODw.mac"
  const [head, numbers] = solve({ challenge, puzzles: 4, bits: 10 }).split(":")
  expect(head).toBe(challenge)
  const seed = createHash("sha256").update(challenge).digest()
  const found = numbers!.split(",").map(Number)
  expect(found).toHaveLength(4)
  found.forEach((n, i) => {
    const tail = Buffer.alloc(8)
    tail.writeUInt32BE(i, 0)
    tail.writeUInt32BE(n, 4)
    const sum = createHash("sha256").update(Buffer.concat([seed, tail])).digest()
    expect(sum.readUInt32BE(0) >>> 22).toBe(0)
  })
})

function aProof(asked: unknown, solve = vi.fn(async (work: { challenge: string }) => `${work.challenge}:1`)) {
  const server = new Server()
  let n = 0
  server.on("GET /api/im/proof", typeof asked === "function" ? asked : () => ({ ...(asked as object), challenge: `c${++n}` }))
  let now = 0
  const proof = new Proof(new ImApi({ lang: "en", fetch: server.fetch }), solve, () => now)
  return { server, proof, solve, wait: (ms: number) => (now += ms) }
}

test("where nothing is asked nothing is brought", async () => {
  const { proof, solve } = aProof({ mode: "off" })
  await proof.begin()
  expect([proof.state, await proof.bring(), solve.mock.calls.length]).toEqual(["none", "", 0])
})

test("who sends the form before the work is done is waited for", async () => {
  const slow = later<string>()
  const { proof } = aProof({ mode: "work", puzzles: 1, bits: 1 }, vi.fn(() => slow.promise))
  void proof.begin()
  const brought = proof.bring()
  slow.done("c1:7")
  expect([await brought, proof.state]).toEqual(["c1:7", "ready"])
})

test("a proof that would be over on the way is made anew, and one that was refused too", async () => {
  const { proof, wait } = aProof({ mode: "work", puzzles: 1, bits: 1 })
  await proof.begin()
  wait(12 * 60_000)
  expect(await proof.bring()).toBe("c1:1")
  wait(2 * 60_000)
  expect(await proof.bring()).toBe("c2:1")
  void proof.begin()
  expect(await proof.bring()).toBe("c3:1")
})

test("a service's word is brought, and asked for when it is over", async () => {
  const { proof } = aProof({ mode: "service", script_url: "https://x.example/a.js", site_key: "k" })
  await proof.begin()
  expect([proof.state, await proof.bring(), proof.service?.site_key]).toEqual(["person", undefined, "k"])
  proof.vouched("word")
  expect(await proof.bring()).toBe("word")
  proof.vouched("")
  expect([proof.state, await proof.bring()]).toEqual(["person", undefined])
  proof.broken()
  expect([proof.state, await proof.bring()]).toEqual(["failed", undefined])
})

test("a line that is cut is said, and trying again helps", async () => {
  const { server, proof } = aProof(() => "cut")
  await proof.begin()
  expect([proof.state, await proof.bring()]).toEqual(["failed", undefined])
  server.on("GET /api/im/proof", { mode: "off" })
  await proof.begin()
  expect(proof.state).toBe("none")
})

const stored = { mode: "service", script_url: services.turnstile.script_url, verify_url: services.turnstile.verify_url, site_key: "k", secret_end: "•••1234" }

test("an owner changes what is asked, and keeps what he types meanwhile", async () => {
  const server = new Server()
  const slow = later<unknown>()
  const sent: unknown[] = []
  server.on("GET /api/admin/settings", { proof: stored })
  server.on("PATCH /api/admin/settings", (body: unknown) => (sent.push(body), slow.promise))
  const form = new ProofForm(new ConsoleApi({ lang: "en", fetch: server.fetch }))
  await form.load()
  expect([form.unsaved, serviceOf(form.fields), form.secretEnd]).toEqual([false, "turnstile", "•••1234"])
  form.choose("hcaptcha")
  expect([serviceOf(form.fields), form.secretEnd]).toEqual(["hcaptcha", ""]) // a secret is for the address it was given for
  form.fields.secret = " s3 "
  const saving = form.save("en")
  form.fields.site_key = "another"
  slow.done({ proof: { ...stored, script_url: services.hcaptcha.script_url, verify_url: services.hcaptcha.verify_url, secret_end: "•••" } })
  expect(await saving).toBe(true)
  expect(sent).toEqual([{ proof: { script_url: services.hcaptcha.script_url, verify_url: services.hcaptcha.verify_url, secret: "s3" } }])
  expect([form.fields.site_key, form.fields.secret, form.unsaved, form.secretEnd]).toEqual(["another", "", true, "•••"])
})

test("what is wrong stands at its field", async () => {
  const server = new Server()
  server.on("GET /api/admin/settings", { proof: { ...stored, mode: "off" } })
  server.on("PATCH /api/admin/settings", refusal(400, "the request is not valid", { "proof.secret": "must not be empty" }))
  const form = new ProofForm(new ConsoleApi({ lang: "en", fetch: server.fetch }))
  await form.load()
  form.fields.mode = "service"
  expect(await form.save("en")).toBe(false)
  expect([form.problem("secret"), form.refusal]).toEqual(["Must not be empty", ""])
  form.discard()
  expect([form.problem("secret"), form.unsaved]).toEqual([undefined, false])
})
