// One signed-in agent's page: the protocol client, the desk and the inbox tied together.

import { Client, type ClientOptions } from "@wire/client"
import type { Watched } from "@wire/protocol"
import type { ConsoleApi } from "./api"
import { CannedBook } from "./canned"
import { Desk } from "./desk"
import { Drafts, type Shelf } from "./drafts"
import { ChosenFiles } from "./files"
import { Inbox } from "./inbox"
import { LineWatch, type Line } from "./line"
import type { NoteFrame } from "./notes"
import { Rooms } from "./rooms"

export type OfficeOptions = Pick<ClientOptions, "me" | "store" | "url" | "locks" | "clock" | "open" | "carry"> & {
  api: ConsoleApi
  shelf: Shelf
  onSignedOut: () => void
}

export class Office {
  readonly client: Client
  readonly desk: Desk
  readonly inbox: Inbox
  readonly rooms: Rooms
  readonly drafts: Drafts
  readonly files = new ChosenFiles()
  readonly canned: CannedBook
  readonly #watch: LineWatch

  constructor(options: OfficeOptions) {
    this.client = new Client(options)
    this.desk = new Desk(options.api, options.me)
    this.inbox = new Inbox(options.api, this.client, this.desk)
    this.rooms = new Rooms(options.api, this.client, this.desk, false, undefined, options.clock)
    this.drafts = new Drafts(options.shelf, options.me)
    this.canned = new CannedBook(options.api)
    this.client.on("event", (event) => {
      if (event.type === "note") this.inbox.note(event.data as NoteFrame)
      else if (event.type === "watched") this.inbox.watched(event.data as Watched)
      else this.desk.apply(event)
    })
    this.client.on("signedOut", () => options.onSignedOut())
    // Every bind may follow a loss, so the desk is read again each time.
    this.#watch = new LineWatch(this.client, () => void this.desk.load().then(() => this.inbox.recheck()), options.clock)
  }

  get line(): Line {
    return this.#watch.line
  }

  start(): void {
    this.client.start()
    void this.desk.load()
    this.#watch.away()
  }

  stop(): void {
    this.#watch.stop()
    this.inbox.select(0)
    this.rooms.select(0)
    this.client.stop()
  }
}
