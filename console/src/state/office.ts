// One signed-in agent's page: the protocol client, the desk and the inbox tied together.

import { Client, type ClientOptions } from "@wire/client"
import { realClock } from "@wire/clock"
import { shallowRef } from "vue"
import type { ConsoleApi } from "./api"
import { CannedBook } from "./canned"
import { Desk } from "./desk"
import { Drafts, type Shelf } from "./drafts"
import { ChosenFiles } from "./files"
import { Inbox } from "./inbox"
import type { NoteFrame } from "./notes"
import { Rooms } from "./rooms"

export type Line = "live" | "connecting" | "offline"

export type OfficeOptions = Pick<ClientOptions, "me" | "store" | "url" | "locks" | "clock" | "open" | "carry"> & {
  api: ConsoleApi
  shelf: Shelf
  onSignedOut: () => void
}

/** A connection that takes longer than this to come (back) is shown as lost. */
const quietMs = 3_000

export class Office {
  readonly client: Client
  readonly desk: Desk
  readonly inbox: Inbox
  readonly rooms: Rooms
  readonly drafts: Drafts
  readonly files = new ChosenFiles()
  readonly canned: CannedBook
  readonly #line = shallowRef<Line>("connecting")
  readonly #clock
  #cancel: (() => void) | undefined

  constructor(options: OfficeOptions) {
    this.#clock = options.clock ?? realClock
    this.client = new Client(options)
    this.desk = new Desk(options.api, options.me)
    this.inbox = new Inbox(options.api, this.client, this.desk)
    this.rooms = new Rooms(options.api, this.client, this.desk)
    this.drafts = new Drafts(options.shelf, options.me)
    this.canned = new CannedBook(options.api)
    this.client.on("event", (event) => {
      if (event.type === "note") this.inbox.note(event.data as NoteFrame)
      else this.desk.apply(event)
    })
    this.client.on("signedOut", () => options.onSignedOut())
    this.client.on("state", (state) => {
      if (state.name === "live") this.#live()
      else this.#away()
    })
  }

  /** The connection, as a person notices it: a short loss is not worth a word. */
  get line(): Line {
    return this.#line.value
  }

  start(): void {
    this.client.start()
    void this.desk.load()
    this.#away()
  }

  stop(): void {
    this.#cancel?.()
    this.inbox.select(0)
    this.rooms.select(0)
    this.client.stop()
  }

  /** Every bind may follow a loss, so the desk is read again each time. */
  #live(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#line.value = "live"
    void this.desk.load().then(() => this.inbox.recheck())
  }

  #away(): void {
    if (this.#line.value === "live") this.#line.value = "connecting"
    this.#cancel ??= this.#clock.after(quietMs, () => (this.#line.value = "offline"))
  }
}
