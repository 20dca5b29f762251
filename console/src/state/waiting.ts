// What waits for those who run the server: groups to approve, reports to decide about. The server says when it is other than
// before; the numbers are read then, and after every loss of the connection.

import { realClock, type Clock } from "@wire/clock"
import type { Event, OfficeCounts } from "@wire/protocol"
import { Socket, type WebSocketLike } from "@wire/socket"
import { shallowRef } from "vue"
import type { HouseApi } from "./houseapi"

export type WaitingOptions = { api: HouseApi; url: string; clock?: Clock; open?: (url: string) => WebSocketLike; onSignedOut: () => void; onMoved: () => void }

/** A word that got lost between nodes costs at most this. */
const askEvery = 60_000

export class Waiting {
  readonly #api: HouseApi
  readonly #clock: Clock
  readonly #socket: Socket
  readonly #counts = shallowRef<OfficeCounts>({ groups: 0, reports: 0 })
  readonly #onMoved: () => void
  #again: (() => void) | undefined
  #reading = false
  #more = false

  /** `onMoved` hears that the numbers are others now. */
  constructor(options: WaitingOptions) {
    this.#api = options.api
    this.#clock = options.clock ?? realClock
    this.#onMoved = options.onMoved
    this.#socket = new Socket({
      url: options.url,
      clock: this.#clock,
      open: options.open ?? ((url) => new WebSocket(url) as WebSocketLike),
      bind: async (clientId) => void (await this.#api.bind({ client_id: clientId, epoch: "", known: {}, list: 0 })),
      onEvent: (event) => this.apply(event),
      onState: (state) => {
        if (state.name === "stopped" && state.why === "signed_out") options.onSignedOut()
        if (state.name === "live") void this.read()
      },
    })
  }

  get counts(): OfficeCounts {
    return this.#counts.value
  }

  start(): void {
    this.#socket.start()
    void this.read()
  }

  stop(): void {
    this.#socket.stop()
    this.#again?.()
  }

  /** To be called when the network comes back and when the page becomes visible. */
  poke(): void {
    this.#socket.poke()
    void this.read()
  }

  apply(event: Event): void {
    if (event.type === "waiting") void this.read()
  }

  /** Reads the numbers. What is said meanwhile has them read once more; numbers that cannot be read stay as they were. */
  async read(): Promise<void> {
    if (this.#reading) {
      this.#more = true
      return
    }
    this.#reading = true
    this.#again?.()
    do {
      this.#more = false
      await this.#api.waiting().then((now) => this.#put(now), () => undefined)
    } while (this.#more)
    this.#reading = false
    this.#again = this.#clock.after(askEvery, () => void this.read())
  }

  #put(now: OfficeCounts): void {
    const before = this.counts
    this.#counts.value = now
    if (before.groups !== now.groups || before.reports !== now.reports) this.#onMoved()
  }
}
