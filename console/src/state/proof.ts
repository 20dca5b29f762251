// What shows that somebody who registers is no program: asked for when the form opens, made beside it, brought once.

import type { AskedProof } from "@wire/protocol"
import { shallowRef } from "vue"
import type { ImApi } from "./imapi"
import type { Work } from "./work"

/** asking and working: wait; person: the service wants something of him; ready: it can be brought; failed: try again. */
export type ProofState = "asking" | "none" | "working" | "person" | "ready" | "failed"

/** How long before its end a proof is made anew: the server's word holds for 15 minutes. */
const stale = 13 * 60_000

export class Proof {
  readonly #api: ImApi
  readonly #solve: (work: Work) => Promise<string>
  readonly #now: () => number
  readonly #state = shallowRef<ProofState>("asking")
  readonly #asked = shallowRef<AskedProof>()
  #proof = ""
  #made = 0
  #turn = 0
  #running: Promise<void> = Promise.resolve()

  constructor(api: ImApi, solve: (work: Work) => Promise<string>, now = () => Date.now()) {
    this.#api = api
    this.#solve = solve
    this.#now = now
  }

  get state(): ProofState {
    return this.#state.value
  }

  /** The service whose script the page loads, while one is to be asked. */
  get service(): AskedProof | undefined {
    return this.#asked.value?.mode === "service" ? this.#asked.value : undefined
  }

  /** Asks the server what is wanted and, where that is work, does it. */
  begin(): Promise<void> {
    return (this.#running = this.#make())
  }

  /** The service gave its word, or took it back. */
  vouched(word: string): void {
    this.#proof = ""
    this.#state.value = "person"
    if (word) this.#have(word)
  }

  /** The service's script did not come, or does not work here. */
  broken(): void {
    this.#state.value = "failed"
  }

  /** What to bring, as soon as the device is done; undefined when a person has to do something first. One that would be over on the way is made anew. */
  async bring(): Promise<string | undefined> {
    await this.#running
    if (this.state === "ready" && this.#asked.value?.mode === "work" && this.#now() - this.#made > stale) await this.begin()
    if (this.state === "none") return ""
    return this.state === "ready" ? this.#proof : undefined
  }

  async #make(): Promise<void> {
    const turn = ++this.#turn
    this.#proof = ""
    this.#state.value = "asking"
    try {
      const asked = await this.#api.askedProof()
      if (turn !== this.#turn) return
      this.#asked.value = asked
      this.#state.value = asked.mode === "off" ? "none" : asked.mode === "service" ? "person" : "working"
      if (asked.mode !== "work") return
      const made = this.#now()
      const proof = await this.#solve({ challenge: asked.challenge ?? "", puzzles: asked.puzzles ?? 0, bits: asked.bits ?? 0 })
      if (turn !== this.#turn) return
      this.#made = made
      this.#have(proof)
    } catch {
      if (turn === this.#turn) this.#state.value = "failed"
    }
  }

  #have(proof: string): void {
    this.#proof = proof
    this.#state.value = "ready"
  }
}
