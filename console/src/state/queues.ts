// The queues of one site, as their owner sees and changes them.

import type { Queue } from "@wire/protocol"
import { shallowRef, triggerRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"
import { noTrouble, troubleOf, type Trouble } from "./problem"

export class Queues {
  readonly #api: ConsoleApi
  readonly #site: number
  readonly #queues = shallowRef<Queue[]>([])
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #troubles = shallowRef(new Map<number, Trouble>())

  constructor(api: ConsoleApi, site: number) {
    this.#api = api
    this.#site = site
  }

  get queues(): Queue[] {
    return this.#queues.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** What was refused last for a queue, beside its row; 0 is the one to be added. */
  trouble(queue: number): Trouble {
    return this.#troubles.value.get(queue) ?? noTrouble
  }

  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      this.#queues.value = (await this.#api.queues()).queues.filter((q) => q.site_id === this.#site)
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  add(name: string, lang: Lang): Promise<boolean> {
    return this.#try(0, lang, async () => {
      const queue = await this.#api.addQueue(this.#site, name.trim())
      this.#queues.value = [...this.#queues.value, queue]
    })
  }

  rename(id: number, name: string, lang: Lang): Promise<boolean> {
    return this.#try(id, lang, async () => {
      const queue = await this.#api.renameQueue(id, name.trim())
      this.#queues.value = this.#queues.value.map((q) => (q.id === id ? queue : q))
    })
  }

  remove(id: number, lang: Lang): Promise<boolean> {
    return this.#try(id, lang, async () => {
      await this.#api.removeQueue(id)
      this.#queues.value = this.#queues.value.filter((q) => q.id !== id)
    })
  }

  forgive(id: number): void {
    if (this.#troubles.value.delete(id)) triggerRef(this.#troubles)
  }

  async #try(queue: number, lang: Lang, act: () => Promise<void>): Promise<boolean> {
    try {
      await act()
      this.#troubles.value.delete(queue)
      return true
    } catch (error) {
      this.#troubles.value.set(queue, troubleOf(error, lang))
      return false
    } finally {
      triggerRef(this.#troubles)
    }
  }
}
