// The live boards. They are read when the page is opened and after every loss of the connection; in between the server pushes
// each of them whole, with a version, whenever something changed.

import { realClock, type Clock } from "@wire/clock"
import type { Board, BoardNumbers, Event } from "@wire/protocol"
import { Socket, type WebSocketLike } from "@wire/socket"
import { shallowRef } from "vue"
import { dayStart } from "../time"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"
import type { Line } from "./line"

export type BoardsOptions = { api: ConsoleApi; url: string; clock?: Clock; open?: (url: string) => WebSocketLike; onSignedOut: () => void }

/** The server forgets who watches after five minutes. */
const askEvery = 4 * 60_000
/** A connection that takes longer than this to come (back) is shown as lost. */
const quietMs = 3_000

export class Boards {
  readonly #api: ConsoleApi
  readonly #clock: Clock
  readonly #socket: Socket
  readonly #all = shallowRef<Board[]>([])
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #line = shallowRef<Line>("connecting")
  /** How far the server's clock is ahead of this one. */
  #ahead = 0
  #from = ""
  #again: (() => void) | undefined
  #quiet: (() => void) | undefined

  constructor(options: BoardsOptions) {
    this.#api = options.api
    this.#clock = options.clock ?? realClock
    this.#socket = new Socket({
      url: options.url,
      clock: this.#clock,
      open: options.open ?? ((url) => new WebSocket(url) as WebSocketLike),
      bind: async (clientId) => void (await this.#api.bind({ client_id: clientId, epoch: "", known: {}, list: 0 })),
      onEvent: (event) => this.apply(event),
      onState: (state) => {
        if (state.name === "stopped" && state.why === "signed_out") options.onSignedOut()
        if (state.name === "live") this.#live()
        else this.#away()
      },
    })
  }

  get all(): Board[] {
    return this.#all.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  get line(): Line {
    return this.#line.value
  }

  start(): void {
    this.#socket.start()
  }

  stop(): void {
    this.#socket.stop()
    this.#again?.()
    this.#quiet?.()
  }

  /** To be called when the network comes back and when the page becomes visible. */
  poke(): void {
    this.#socket.poke()
  }

  /** How long the first in line has waited at a moment of this page's clock. */
  waited(numbers: BoardNumbers, now: number): number {
    return numbers.oldest ? this.since(numbers.oldest, now) : 0
  }

  /** How long ago a moment of the server's clock was. */
  since(at: string, now: number): number {
    return Math.max(0, now + this.#ahead - Date.parse(at))
  }

  apply(event: Event): void {
    if (event.type === "board") this.#put(event.data as Board)
  }

  async load(): Promise<void> {
    this.#again?.()
    const now = this.#clock.now()
    const from = new Date(dayStart(now)).toISOString()
    if (from !== this.#from) this.#all.value = []
    this.#from = from
    this.#again = this.#clock.after(Math.min(askEvery, dayStart(now, 1) - now + 1_000), () => void this.load())
    try {
      const { boards } = await this.#api.boards(from)
      this.#all.value = this.all.filter((one) => boards.some((board) => board.site_id === one.site_id))
      for (const board of boards) this.#put(board)
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  /** A board of yesterday, or one that was read before what is shown, changes nothing. */
  #put(board: Board): void {
    if (Date.parse(board.from) !== Date.parse(this.#from)) return
    const known = this.all.find((one) => one.site_id === board.site_id)
    if (known && known.version >= board.version) return
    this.#ahead = Date.parse(board.at) - this.#clock.now()
    this.#all.value = known ? this.all.map((one) => (one === known ? board : one)) : [...this.all, board]
  }

  #live(): void {
    this.#quiet?.()
    this.#quiet = undefined
    this.#line.value = "live"
    void this.load()
  }

  #away(): void {
    if (this.#line.value === "live") this.#line.value = "connecting"
    this.#quiet ??= this.#clock.after(quietMs, () => {
      this.#line.value = "offline"
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    })
  }
}
