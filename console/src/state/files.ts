// Files chosen, pasted or dropped and not sent yet, per conversation. They are held only as long as the page lives:
// what is sent is kept by the outbox.

import { shallowRef, triggerRef } from "vue"

export type Chosen = { key: number; file: File }

export class ChosenFiles {
  readonly #of = shallowRef(new Map<number, Chosen[]>())
  #last = 0

  get(conversation: number): Chosen[] {
    return this.#of.value.get(conversation) ?? []
  }

  /** Adds files in the order given; the same one twice is an accident. */
  add(conversation: number, files: Iterable<File>): void {
    const list = [...this.get(conversation)]
    for (const file of files) if (!list.some((c) => same(c.file, file))) list.push({ key: ++this.#last, file })
    this.#put(conversation, list)
  }

  remove(conversation: number, key: number): void {
    this.#put(
      conversation,
      this.get(conversation).filter((c) => c.key !== key),
    )
  }

  /** Hands out what was chosen, once. */
  take(conversation: number): File[] {
    const list = this.get(conversation)
    this.#put(conversation, [])
    return list.map((c) => c.file)
  }

  #put(conversation: number, list: Chosen[]): void {
    if (list.length > 0) this.#of.value.set(conversation, list)
    else this.#of.value.delete(conversation)
    triggerRef(this.#of)
  }
}

function same(a: File, b: File): boolean {
  return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified
}
