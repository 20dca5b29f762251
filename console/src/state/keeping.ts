// How one keeps conversations in one's own list: on top, quiet, hidden until something new comes, marked as unread. The server
// tells all of it at the start and each change to every device.

import { realClock, type Clock } from "@wire/clock"
import { shallowRef, triggerRef } from "vue"
import type { ImApi, Kept, KeptChange, Start } from "./imapi"

const dayMs = 86_400_000

export class Keeping {
  readonly #api: ImApi
  readonly #clock: Clock
  readonly #kept = shallowRef(new Map<number, Kept>())
  /** Where the reader was named and had not read that far, as of the last reading. */
  readonly #mentions = shallowRef(new Map<number, number>())
  #cancel: (() => void) | undefined

  constructor(api: ImApi, clock: Clock = realClock) {
    this.#api = api
    this.#clock = clock
  }

  /** How a conversation is kept, if otherwise than all are. */
  of(conversation: number): Kept | undefined {
    const kept = this.#kept.value.get(conversation)
    return kept?.until && Date.parse(kept.until) <= this.#clock.now() ? { ...kept, notify: "all" } : kept
  }

  /** The seq of a message that names the reader, perhaps above what is here. */
  mention(conversation: number): number {
    return this.#mentions.value.get(conversation) ?? 0
  }

  async change(conversation: number, change: KeptChange): Promise<void> {
    this.put([await this.#api.keep(conversation, change)])
  }

  /** It was looked at: a mark one put there oneself has done its work. */
  opened(conversation: number): void {
    if (this.of(conversation)?.marked) void this.change(conversation, { marked: false }).catch(() => undefined) // it stays marked then
  }

  /** Everything, as of the start. */
  take(start: Start): void {
    this.#kept.value = new Map(start.kept.map((kept) => [kept.conversation_id, kept]))
    this.#mentions.value = new Map(start.conversations.map((brief) => [brief.id, brief.mention ?? 0]))
    this.#await()
  }

  /** What is other now. */
  put(list: Kept[]): void {
    for (const kept of list) this.#kept.value.set(kept.conversation_id, kept)
    triggerRef(this.#kept)
    this.#await()
  }

  stop(): void {
    this.#cancel?.()
  }

  /** Lists are made anew when the next quiet time is over. A timer holds a day at most and is set again then. */
  #await(): void {
    this.#cancel?.()
    const now = this.#clock.now()
    const ends = [...this.#kept.value.values()].map((kept) => Date.parse(kept.until ?? "")).filter((end) => end > now)
    if (ends.length === 0) return
    this.#cancel = this.#clock.after(Math.min(Math.min(...ends) - now, dayMs), () => {
      triggerRef(this.#kept)
      this.#await()
    })
  }
}
