// What names the reader in groups, the latest first, by pages. What comes while the list is shown makes it be read again.

import type { Client } from "@wire/client"
import type { Header, Mention, MentionPage } from "@wire/protocol"
import { shallowRef } from "vue"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"
import { mentions } from "./rooms"

export class Mentions {
  readonly #api: Pick<ConsoleApi, "mentions">
  readonly #client: Client
  readonly #items = shallowRef<Mention[]>([])
  readonly #groups = shallowRef(new Map<number, Header>())
  readonly #more = shallowRef(false)
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #off: () => void
  #turn = 0

  constructor(api: Pick<ConsoleApi, "mentions">, client: Client) {
    this.#api = api
    this.#client = client
    this.#off = client.on("message", (message) => mentions(message, client.me) && void this.load())
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  get items(): Mention[] {
    return this.#items.value
  }

  get more(): boolean {
    return this.#more.value
  }

  /** What the group of a mention is called. */
  group(id: number): string {
    return this.#groups.value.get(id)?.name ?? ""
  }

  /** Reads the latest; what was paged below them is forgotten. */
  async load(): Promise<void> {
    const turn = ++this.#turn
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      const page = await this.#api.mentions()
      if (turn !== this.#turn) return
      this.#items.value = []
      this.#take(page)
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  async older(): Promise<void> {
    const turn = this.#turn
    const page = await this.#api.mentions(this.#items.value.at(-1)?.id)
    if (turn === this.#turn) this.#take(page)
  }

  stop(): void {
    this.#off()
  }

  #take(page: MentionPage): void {
    this.#client.meet({ conversations: [], people: page.people })
    this.#groups.value = new Map([...this.#groups.value, ...page.groups.map((group) => [group.id, group] as const)])
    this.#items.value = [...this.#items.value, ...page.mentions]
    this.#more.value = page.more
  }
}
