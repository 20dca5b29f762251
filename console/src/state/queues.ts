// The queues of one site, as their owner sees and changes them.

import type { Queue } from "@wire/protocol"
import { shallowRef, triggerRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"
import { noTrouble, troubleOf, type Trouble } from "./problem"
import { QueueForm } from "./queueform"

export class Queues {
  readonly #api: ConsoleApi
  readonly #site: number
  readonly #queues = shallowRef<Queue[]>([])
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #troubles = shallowRef(new Map<number, Trouble>())
  /** Queues that were opened, so that what was typed outlives a look at another page. */
  readonly #forms = shallowRef(new Map<number, QueueForm>())

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

  /** Whether something typed would be lost. */
  get unsaved(): boolean {
    return [...this.#forms.value.values()].some((form) => form.unsaved)
  }

  /** Whether what was typed about a queue is not saved. */
  edited(queue: number): boolean {
    return this.#forms.value.get(queue)?.unsaved ?? false
  }

  /** The queue to be edited; nothing when there is none of this id. */
  open(id: number): QueueForm | undefined {
    const queue = this.queues.find((one) => one.id === id)
    if (!queue) return undefined
    const form = this.#forms.value.get(id) ?? new QueueForm(this.#api, queue)
    this.#forms.value.set(id, form)
    triggerRef(this.#forms)
    return form
  }

  /** What was refused last for a queue, beside its row; 0 is the one to be added. */
  trouble(queue: number): Trouble {
    return this.#troubles.value.get(queue) ?? noTrouble
  }

  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      const all = (await this.#api.queues()).queues
      this.#queues.value = all.filter((q) => q.site_id === this.#site)
      for (const queue of this.#queues.value) this.#forms.value.get(queue.id)?.follow(queue)
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

  /** Saves what was typed about a queue. */
  async save(form: QueueForm, lang: Lang): Promise<boolean> {
    const saved = await form.save(lang)
    if (saved) this.#queues.value = this.#queues.value.map((q) => (q.id === saved.id ? saved : q))
    return saved !== undefined
  }

  /** Makes a queue the one where visitors begin; the others keep their order. */
  first(id: number, lang: Lang): Promise<boolean> {
    return this.#try(id, lang, async () => {
      const queue = await this.#api.updateQueue(id, { first: true })
      this.#queues.value = [queue, ...this.#queues.value.filter((q) => q.id !== id)]
    })
  }

  remove(id: number, lang: Lang): Promise<boolean> {
    return this.#try(id, lang, async () => {
      await this.#api.removeQueue(id)
      this.#queues.value = this.#queues.value.filter((q) => q.id !== id)
      this.#forms.value.delete(id)
      triggerRef(this.#forms)
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
