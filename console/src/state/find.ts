// Looking for people or groups: what was asked, what was found, and the page after it. An answer that a newer question
// overtook is dropped.

import { shallowRef } from "vue"
import type { Loaded } from "./desk"

export type FoundPage<T> = { found: T[]; next: number }

export class Finder<T, Q> {
  readonly #ask: (query: Q, before: number) => Promise<FoundPage<T>>
  readonly #found = shallowRef<T[]>([])
  readonly #next = shallowRef(0)
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #busy = shallowRef(false)
  #query: Q | undefined
  #asked = 0

  constructor(ask: (query: Q, before: number) => Promise<FoundPage<T>>) {
    this.#ask = ask
  }

  get found(): T[] {
    return this.#found.value
  }

  get more(): boolean {
    return this.#next.value > 0
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  get busy(): boolean {
    return this.#busy.value
  }

  /** Asks anew; what was found stays until there is an answer. */
  async search(query: Q): Promise<void> {
    this.#query = query
    await this.#read(0)
  }

  async older(): Promise<void> {
    if (this.more && !this.busy) await this.#read(this.#next.value)
  }

  /** Puts something in the place of what was found, as after asking for it. */
  put(same: (one: T) => boolean, now: (one: T) => T): void {
    this.#found.value = this.#found.value.map((one) => (same(one) ? now(one) : one))
  }

  async #read(before: number): Promise<void> {
    const asked = ++this.#asked
    this.#busy.value = true
    try {
      const page = await this.#ask(this.#query as Q, before)
      if (asked !== this.#asked) return
      this.#found.value = before ? [...this.#found.value, ...page.found] : page.found
      this.#next.value = page.next
      this.#loaded.value = "ready"
    } catch {
      if (asked === this.#asked && !before) this.#loaded.value = "failed"
    } finally {
      if (asked === this.#asked) this.#busy.value = false
    }
  }
}
