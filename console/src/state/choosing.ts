// Choosing several messages of a conversation, to pass them on together.

import type { Message } from "@wire/protocol"
import { shallowRef } from "vue"

/** The server's limit of one merged message. */
export const mostChosen = 100

export class Choosing {
  readonly #chosen = shallowRef<ReadonlyMap<number, Message>>()

  /** Whether messages are being chosen. */
  get on(): boolean {
    return this.#chosen.value !== undefined
  }

  get count(): number {
    return this.#chosen.value?.size ?? 0
  }

  get full(): boolean {
    return this.count >= mostChosen
  }

  /** What is chosen, in the order in which it was said. */
  get messages(): Message[] {
    return [...(this.#chosen.value?.values() ?? [])].sort((a, b) => a.seq - b.seq)
  }

  has(seq: number): boolean {
    return this.#chosen.value?.has(seq) ?? false
  }

  begin(message: Message): void {
    this.#chosen.value = new Map([[message.seq, message]])
  }

  /** Adds a message or takes it away; false when there are as many as can be. */
  toggle(message: Message): boolean {
    const next = new Map(this.#chosen.value)
    if (!next.delete(message.seq)) {
      if (this.full) return false
      next.set(message.seq, message)
    }
    this.#chosen.value = next
    return true
  }

  /** What was taken back meanwhile is chosen no more. */
  drop(gone: (seq: number) => boolean): void {
    const chosen = this.#chosen.value
    if (!chosen || ![...chosen.keys()].some(gone)) return
    this.#chosen.value = new Map([...chosen].filter(([seq]) => !gone(seq)))
  }

  end(): void {
    this.#chosen.value = undefined
  }
}
