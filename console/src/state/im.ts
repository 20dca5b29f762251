// One signed-in member's messenger: the protocol client, contacts, the message box and the conversations tied together.
// Whatever frame is drawn around it, tabs of a phone or windows of a desk, works on this.

import { Client, type ClientOptions } from "@wire/client"
import type { Event } from "@wire/protocol"
import { shallowRef } from "vue"
import { Announcements } from "./announcements"
import { Box } from "./box"
import { Contacts } from "./contacts"
import type { Loaded } from "./desk"
import { Drafts, type Shelf } from "./drafts"
import { ChosenFiles } from "./files"
import type { ImApi } from "./imapi"
import { Keeping } from "./keeping"
import { LineWatch, type Line } from "./line"
import { forgetReading } from "./reading"
import { Rooms } from "./rooms"
import type { Writing } from "./writing"

export type MessengerOptions = Pick<ClientOptions, "me" | "store" | "url" | "locks" | "clock" | "open" | "carry"> & {
  api: ImApi
  shelf: Shelf
  onSignedOut: () => void
}

export class Messenger implements Writing {
  readonly client: Client
  readonly contacts: Contacts
  readonly box: Box
  readonly keeping: Keeping
  readonly rooms: Rooms
  readonly announcements: Announcements
  readonly drafts: Drafts
  readonly files = new ChosenFiles()
  readonly canned = undefined
  readonly #watch: LineWatch
  readonly #synced = shallowRef(false)

  constructor(options: MessengerOptions) {
    this.client = new Client(options)
    options.api.onAnswer = (answer) => forgetReading(answer, this.client.conversations, options.me)
    this.box = new Box(options.api)
    this.keeping = new Keeping(options.api, options.clock)
    this.contacts = new Contacts(options.api, options.me, (people) => this.client.meet({ conversations: [], people }), () => void this.box.load(), this.keeping, options.clock)
    this.rooms = new Rooms(options.api, this.client, this.contacts, true, this.keeping, options.clock)
    this.announcements = new Announcements(options.api, this.contacts)
    this.drafts = new Drafts(options.shelf, options.me)
    this.client.on("event", (event) => this.#hear(event))
    this.client.on("synced", (list) => {
      this.#synced.value = true
      if (this.client.state.name === "live") this.contacts.check(list) // a bind reads all of it anyway
    })
    this.client.on("signedOut", () => options.onSignedOut())
    this.#watch = new LineWatch(this.client, () => void Promise.all([this.contacts.load(), this.box.load()]), options.clock)
  }

  get line(): Line {
    return this.#watch.line
  }

  /** Whether the conversations are here. */
  get loaded(): Loaded {
    return this.#synced.value ? "ready" : "loading"
  }

  start(): void {
    this.client.start()
    this.#watch.away()
  }

  stop(): void {
    this.#watch.stop()
    this.keeping.stop()
    this.contacts.stop()
    this.rooms.select(0)
    this.client.stop()
  }

  #hear(event: Event): void {
    this.contacts.apply(event)
    this.box.apply(event)
    this.announcements.apply(event)
  }
}
