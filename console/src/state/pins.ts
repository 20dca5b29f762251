// What is on top of a conversation: read again when the header says that it changed.

import type { Message, Pinned, PinPage } from "@wire/protocol"
import { shallowRef } from "vue"

export class Pins {
  readonly #read: () => Promise<PinPage>
  readonly #list = shallowRef<Pinned[]>([])
  #known = 0

  constructor(read: () => Promise<PinPage>) {
    this.#read = read
  }

  /** The latest first. */
  get list(): Pinned[] {
    return this.#list.value
  }

  has(seq: number): boolean {
    return this.list.some((pin) => pin.message.seq === seq)
  }

  /** Takes note of the version of the last change; 0: nothing is pinned. */
  async follow(version: number): Promise<void> {
    if (version === this.#known) return
    this.#known = version
    if (version === 0) {
      this.#list.value = []
      return
    }
    try {
      const { pins } = await this.#read()
      if (this.#known === version) this.#list.value = pins
    } catch {
      if (this.#known === version) this.#known = -1 // the next change of anything here asks again
    }
  }

  /** Messages as they read now: edited ones say something else, recalled ones are on top no more. */
  see(messages: readonly Message[]): void {
    if (!this.list.length) return
    const now = new Map(messages.map((m) => [m.seq, m]))
    const changed = this.list.some((pin) => (now.get(pin.message.seq)?.version ?? 0) > pin.message.version)
    if (!changed) return
    this.#list.value = this.list.map((pin) => ({ ...pin, message: now.get(pin.message.seq) ?? pin.message })).filter((pin) => !pin.message.recalled)
  }
}
