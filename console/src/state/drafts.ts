// What was typed and not sent yet, kept per conversation in the browser.

import { shallowRef, triggerRef } from "vue"

export interface Shelf {
  get(key: string): string | null
  set(key: string, value: string): void
  remove(key: string): void
}

export class Drafts {
  readonly #shelf: Shelf
  readonly #key: string
  readonly #texts = shallowRef(new Map<number, string>())

  constructor(shelf: Shelf, me: number) {
    this.#shelf = shelf
    this.#key = `ichat:drafts:${me}`
    this.#texts.value = read(shelf.get(this.#key))
  }

  get(conversation: number): string {
    return this.#texts.value.get(conversation) ?? ""
  }

  set(conversation: number, text: string): void {
    if (text === this.get(conversation)) return
    if (text.trim()) this.#texts.value.set(conversation, text)
    else this.#texts.value.delete(conversation)
    triggerRef(this.#texts)
    if (this.#texts.value.size === 0) this.#shelf.remove(this.#key)
    else this.#shelf.set(this.#key, JSON.stringify([...this.#texts.value]))
  }
}

function read(kept: string | null): Map<number, string> {
  try {
    const pairs: unknown = JSON.parse(kept ?? "[]")
    if (!Array.isArray(pairs)) return new Map()
    return new Map(pairs.filter((p): p is [number, string] => Array.isArray(p) && typeof p[0] === "number" && typeof p[1] === "string"))
  } catch {
    return new Map()
  }
}
