// The message box: requests and what became of them, the latest first. The server counts what is new; looking at the box
// reads it, on all devices.

import type { Event } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Loaded } from "./desk"
import type { BoxItem, ContactsChange, ImApi } from "./imapi"

export class Box {
  readonly #api: ImApi
  readonly #items = shallowRef<BoxItem[]>([])
  readonly #unread = shallowRef(0)
  readonly #more = shallowRef(false)
  readonly #loaded = shallowRef<Loaded>("loading")
  /** What was new when the box was opened stays marked while it is looked at. */
  readonly #newFrom = shallowRef(0)
  #looking = false
  #reading = 0
  /** Came by push while a page was being read: newer than the answer perhaps. */
  #meanwhile: ContactsChange[] | undefined

  constructor(api: ImApi) {
    this.#api = api
  }

  get items(): BoxItem[] {
    return this.#items.value
  }

  get unread(): number {
    return this.#unread.value
  }

  /** Whether there are older ones that are not here yet. */
  get more(): boolean {
    return this.#more.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  fresh(item: BoxItem): boolean {
    return this.#newFrom.value > 0 && item.id >= this.#newFrom.value
  }

  /** Reads the newest page again; what is older and here stays. */
  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    const reading = ++this.#reading
    this.#meanwhile = []
    try {
      const page = await this.#api.box()
      if (reading !== this.#reading) return
      const meanwhile = this.#meanwhile
      this.#meanwhile = undefined
      const last = page.items.at(-1)?.id ?? 0
      const older = page.more ? this.#items.value.filter((item) => item.id < last) : []
      const joins = older.length > 0
      this.#items.value = [...page.items, ...older]
      if (!joins) this.#more.value = page.more
      this.#unread.value = page.unread
      for (const change of meanwhile) this.#take(change)
      this.#loaded.value = "ready"
      await this.#see()
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  async older(): Promise<void> {
    const last = this.#items.value.at(-1)
    if (!last || !this.more) return
    const page = await this.#api.box(last.id)
    this.#items.value = [...this.#items.value, ...page.items.filter((item) => item.id < last.id)]
    this.#more.value = page.more
  }

  /** Entries that came or changed, and how many are new now. */
  apply(event: Event): void {
    if (event.type !== "contacts") return
    const change = event.data as ContactsChange
    this.#meanwhile?.push(change)
    this.#take(change)
    void this.#see()
  }

  /** Whether a person can be looking at the box. */
  look(looking: boolean): void {
    this.#looking = looking
    if (!looking) this.#newFrom.value = 0
    void this.#see()
  }

  /** Says yes; a friend is filed in the group. */
  async agree(item: BoxItem, group: number): Promise<void> {
    if (item.request) this.#answered(item, await this.#api.agree(item.request.id, group))
  }

  /** Says no; the reason is told, if there is one. */
  async refuse(item: BoxItem, reason: string): Promise<void> {
    if (item.request) this.#answered(item, await this.#api.refuse(item.request.id, reason.trim()))
  }

  #answered(item: BoxItem, request: NonNullable<BoxItem["request"]>): void {
    this.#put({ ...(this.#items.value.find((one) => one.id === item.id) ?? item), request })
  }

  #take(change: ContactsChange): void {
    for (const item of change.box ?? []) this.#put(item)
    if (typeof change.unread === "number") this.#unread.value = change.unread
  }

  #put(item: BoxItem): void {
    const others = this.#items.value.filter((one) => one.id !== item.id)
    const last = this.#items.value.at(-1)
    if (last && item.id < last.id && this.more) return // it comes with its page
    this.#items.value = [...others, item].sort((a, b) => b.id - a.id)
  }

  async #see(): Promise<void> {
    const top = this.#items.value[0]
    if (!this.#looking || !top || this.#unread.value === 0) return
    const fresh = this.#items.value.filter((item) => item.unread).at(-1)
    if (fresh && this.#newFrom.value === 0) this.#newFrom.value = fresh.id
    this.#items.value = this.#items.value.map((item) => (item.unread ? { ...item, unread: false } : item))
    this.#unread.value = 0
    await this.#api.readBox(top.id).catch(() => undefined) // the next page read shows it as new again
  }
}
