// What groups announce: which announcement the reader has not confirmed or put aside yet, and, for owner and admins, how many
// have confirmed it. What he has read is kept with how he keeps the conversation, so all his devices know.

import type { Confirmed, Event, NoticePage } from "@wire/protocol"
import { shallowRef, triggerRef } from "vue"
import type { Contacts } from "./contacts"
import type { ImApi } from "./imapi"
import type { Room } from "./rooms"

export class Announcements {
  readonly #api: ImApi
  readonly #contacts: Contacts
  readonly #counts = shallowRef(new Map<number, Confirmed>())

  constructor(api: ImApi, contacts: Contacts) {
    this.#api = api
    this.#contacts = contacts
  }

  /** Whether an announcement waits for the reader. Before it is known what he has read, none does. */
  waits({ id, header, dissolved }: Room): boolean {
    const version = header?.notice_version ?? 0
    if (!version || dissolved || header?.notice_by === this.#contacts.me || this.#contacts.loaded !== "ready") return false
    return (this.#contacts.keeping.of(id)?.noticed ?? 0) < version
  }

  /** How many have confirmed what a group announces now, if that was told. */
  count({ id, header }: Room): Confirmed | undefined {
    const count = this.#counts.value.get(id)
    return header?.notice_asks && count?.version === header.notice_version ? count : undefined
  }

  /** Says that the reader has read this announcement, or puts it aside. */
  async confirm(group: number, version: number): Promise<void> {
    this.#contacts.keeping.put([await this.#api.confirmNotice(group, version)])
  }

  /** Who has confirmed it, or who has not; the count comes with it. */
  async readers(group: number, confirmed: boolean, after = 0): Promise<NoticePage> {
    const page = await this.#api.noticeReaders(group, confirmed, after)
    this.#put(group, page)
    return page
  }

  apply(event: Event): void {
    if (event.type === "confirmed" && event.conversation_id) this.#put(event.conversation_id, event.data as Confirmed)
  }

  #put(group: number, { version, confirmed, asked }: Confirmed): void {
    this.#counts.value.set(group, { version, confirmed, asked })
    triggerRef(this.#counts)
  }
}
