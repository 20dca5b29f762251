// What was done on one site, as its owner reads it: newest first, narrowed by filters, page by page.

import type { Act } from "@wire/protocol"
import { shallowRef } from "vue"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"

/** Zero and empty do not narrow; `days` counts back, 1 is today. `action` is the first word of several keys. */
export type ActFilter = { person: number; action: string; days: number }
export type ActQuery = { person?: number | undefined; action?: string | undefined; from?: string | undefined }

export const noFilter: ActFilter = { person: 0, action: "", days: 0 }

/** queryOf asks the server for a filter; days begin at midnight of the reader's zone. */
export function queryOf(filter: ActFilter, now: Date): ActQuery {
  const from = new Date(now.getFullYear(), now.getMonth(), now.getDate() - filter.days + 1)
  return { person: filter.person || undefined, action: filter.action || undefined, from: filter.days ? from.toISOString() : undefined }
}

export class AuditLog {
  readonly #api: ConsoleApi
  readonly #site: number
  readonly #acts = shallowRef<Act[]>([])
  readonly #more = shallowRef(false)
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #filter = shallowRef(noFilter)
  #asked = 0

  constructor(api: ConsoleApi, site: number) {
    this.#api = api
    this.#site = site
  }

  get acts(): Act[] {
    return this.#acts.value
  }

  get more(): boolean {
    return this.#more.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  get filter(): ActFilter {
    return this.#filter.value
  }

  get narrowed(): boolean {
    return Object.values(this.filter).some(Boolean)
  }

  /** The file with everything the filter finds. */
  get exportPath(): string {
    const query = Object.entries({ ...queryOf(this.filter, new Date()), lang: this.#api.lang }).filter(([, value]) => value !== undefined)
    return `/api/admin/sites/${this.#site}/audit.csv?${new URLSearchParams(query.map(([name, value]) => [name, String(value)]))}`
  }

  narrow(change: Partial<ActFilter>): Promise<void> {
    this.#filter.value = { ...this.filter, ...change }
    this.#loaded.value = "loading"
    return this.load()
  }

  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    const asked = ++this.#asked
    try {
      const page = await this.#api.acts(this.#site, queryOf(this.filter, new Date()))
      if (asked !== this.#asked) return
      this.#acts.value = page.acts
      this.#more.value = page.more
      this.#loaded.value = "ready"
    } catch {
      if (asked === this.#asked && this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  /** Older ones, behind those that are shown; a refusal is the caller's to show. */
  async older(): Promise<void> {
    const asked = this.#asked
    const page = await this.#api.acts(this.#site, queryOf(this.filter, new Date()), this.acts.at(-1)?.id)
    if (asked !== this.#asked) return
    this.#acts.value = [...this.acts, ...page.acts]
    this.#more.value = page.more
  }
}
