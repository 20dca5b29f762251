// Whom one site has blocked, as those who lead there see and change it.

import type { Block } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"
import { noTrouble, troubleOf, type Trouble } from "./problem"

/** For how long, in minutes; 0 is for ever. */
export const terms = [
  { name: "hour", minutes: 60 },
  { name: "day", minutes: 24 * 60 },
  { name: "week", minutes: 7 * 24 * 60 },
  { name: "ever", minutes: 0 },
] as const
export type Term = (typeof terms)[number]["name"]

export function minutesOf(term: Term): number {
  return terms.find(({ name }) => name === term)?.minutes ?? 0
}

export class Blacklist {
  readonly #api: ConsoleApi
  readonly #site: number
  readonly #blocks = shallowRef<Block[]>([])
  readonly #more = shallowRef(false)
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #trouble = shallowRef<Trouble>(noTrouble)

  constructor(api: ConsoleApi, site: number) {
    this.#api = api
    this.#site = site
  }

  get blocks(): Block[] {
    return this.#blocks.value
  }

  get more(): boolean {
    return this.#more.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** Why the last address was refused. */
  get trouble(): Trouble {
    return this.#trouble.value
  }

  forgive(): void {
    this.#trouble.value = noTrouble
  }

  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      this.#put(await this.#api.blocks(this.#site))
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  async older(): Promise<void> {
    const page = await this.#api.blocks(this.#site, this.blocks.at(-1)?.id)
    this.#put({ blocks: [...this.blocks, ...page.blocks], more: page.more })
  }

  /** Blocks an address or a range; what was blocked before has the newer terms. */
  async add(address: string, reason: string, term: Term, lang: Lang): Promise<boolean> {
    try {
      const block = await this.#api.blockAddress(this.#site, { address: address.trim(), reason: reason.trim(), minutes: minutesOf(term) })
      this.#blocks.value = [block, ...this.blocks.filter((b) => b.visitor || b.address !== block.address)]
      this.#trouble.value = noTrouble
      return true
    } catch (error) {
      this.#trouble.value = troubleOf(error, lang)
      return false
    }
  }

  /** Refusals are the caller's to show. */
  async remove(block: number): Promise<void> {
    await this.#api.unblock(this.#site, block)
    this.#blocks.value = this.blocks.filter((b) => b.id !== block)
  }

  #put({ blocks, more }: { blocks: Block[]; more: boolean }): void {
    this.#blocks.value = blocks
    this.#more.value = more
  }
}
