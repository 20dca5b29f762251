import { Fault } from "./api"
import type { Clock } from "./clock"

export type Moved = { read?: number; received?: number }

/** A conversation's cursors are told at most this often. */
const every = 1_000
/** After a lost request, unless the connection comes back sooner. */
const pause = 10_000

/** Tells the server how far this person received and read, once a second at most; a lost request is told again. */
export class CursorPost {
  #clock: Clock
  #post: (conversation: number, moved: Moved) => Promise<void>
  #due = new Map<number, Moved>()
  #resting = new Map<number, () => void>()
  #closed = false

  constructor(clock: Clock, post: (conversation: number, moved: Moved) => Promise<void>) {
    this.#clock = clock
    this.#post = post
  }

  move(conversation: number, moved: Moved): void {
    this.#due.set(conversation, { ...this.#due.get(conversation), ...moved })
    if (!this.#resting.has(conversation)) void this.#tell(conversation)
  }

  /** The connection is back. */
  kick(): void {
    for (const conversation of [...this.#due.keys()]) void this.#tell(conversation)
  }

  close(): void {
    this.#closed = true
    for (const cancel of this.#resting.values()) cancel()
    this.#resting.clear()
  }

  async #tell(conversation: number): Promise<void> {
    const moved = this.#due.get(conversation)
    if (!moved || this.#closed) return
    this.#due.delete(conversation)
    this.#rest(conversation, every)
    try {
      await this.#post(conversation, moved)
    } catch (error) {
      const gone = error instanceof Fault && error.retry === "never"
      if (gone || this.#closed) return
      this.#due.set(conversation, { ...moved, ...this.#due.get(conversation) })
      this.#rest(conversation, pause)
    }
  }

  #rest(conversation: number, ms: number): void {
    this.#resting.get(conversation)?.()
    const cancel = this.#clock.after(ms, () => {
      this.#resting.delete(conversation)
      void this.#tell(conversation)
    })
    this.#resting.set(conversation, cancel)
  }
}
