// The connection, as a person notices it: a short loss is not worth a word.

import type { Client } from "@wire/client"
import { realClock, type Clock } from "@wire/clock"
import { shallowRef } from "vue"

export type Line = "live" | "connecting" | "offline"

/** A connection that takes longer than this to come (back) is shown as lost. */
const quietMs = 3_000

export class LineWatch {
  readonly #clock: Clock
  readonly #line = shallowRef<Line>("connecting")
  #cancel: (() => void) | undefined

  /** `onLive` is called at every bind: each may follow a loss. */
  constructor(client: Client, onLive: () => void, clock: Clock = realClock) {
    this.#clock = clock
    client.on("state", (state) => {
      if (state.name !== "live") return this.away()
      this.stop()
      this.#line.value = "live"
      onLive()
    })
  }

  get line(): Line {
    return this.#line.value
  }

  /** The line is not there (yet). */
  away(): void {
    if (this.#line.value === "live") this.#line.value = "connecting"
    this.#cancel ??= this.#clock.after(quietMs, () => (this.#line.value = "offline"))
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
