// Replies one writes again and again: found by shortcut or text, filled with who is speaking to whom.

import type { Canned } from "@wire/protocol"
import { computed, shallowRef } from "vue"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"

/** What the gaps stand for; empty where it is not known. */
export type Gaps = Record<"visitor" | "agent", string>

export type CannedText = Pick<Canned, "shortcut" | "text">

/** The part of what is being written that asks for a reply: from `/` to the cursor. */
export type Asked = { from: number; query: string }

const mostListed = 50

export class CannedBook {
  readonly #api: ConsoleApi
  readonly #all = shallowRef<Canned[]>([])
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #sorted = computed(() => [...this.#all.value].sort((a, b) => b.uses - a.uses || a.shortcut.localeCompare(b.shortcut) || a.id - b.id))
  #reading: Promise<void> | undefined

  constructor(api: ConsoleApi) {
    this.#api = api
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** Those of one scope by shortcut, as one looks through them. */
  of(site: number, scope: Canned["scope"]): Canned[] {
    return this.#all.value.filter((c) => c.site_id === site && c.scope === scope).sort((a, b) => a.shortcut.localeCompare(b.shortcut) || a.id - b.id)
  }

  /** Those of a site that fit what was typed: shortcuts that begin so, then those that hold it, then texts. */
  find(site: number, query: string): Canned[] {
    const wanted = query.trim().toLowerCase()
    const ranked = this.#sorted.value.filter((c) => c.site_id === site).map((c) => ({ c, rank: rankOf(c, wanted) }))
    const found = ranked.filter(({ rank }) => rank < 3).sort((a, b) => a.rank - b.rank)
    return found.slice(0, mostListed).map(({ c }) => c)
  }

  /** Reads them once; again after a failure or when asked to. */
  async load(again = false): Promise<void> {
    if (this.#loaded.value === "ready" && !again) return
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined))
    await this.#reading
  }

  async add(site: number, scope: Canned["scope"], text: CannedText): Promise<void> {
    this.#put(await this.#api.addCanned({ site_id: site, scope, ...clean(text) }))
  }

  async change(id: number, text: CannedText): Promise<void> {
    this.#put(await this.#api.updateCanned(id, clean(text)))
  }

  async remove(id: number): Promise<void> {
    await this.#api.removeCanned(id)
    this.#all.value = this.#all.value.filter((c) => c.id !== id)
  }

  /** Counts a use; what is used often stands first. A count that gets lost is no loss. */
  async used(canned: Canned): Promise<void> {
    this.#put({ ...canned, uses: canned.uses + 1 })
    await this.#api.usedCanned(canned.id).catch(() => undefined)
  }

  async #read(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      this.#all.value = (await this.#api.canned()).canned
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  #put(canned: Canned): void {
    const known = this.#all.value.some((c) => c.id === canned.id)
    this.#all.value = known ? this.#all.value.map((c) => (c.id === canned.id ? canned : c)) : [...this.#all.value, canned]
  }
}

/** askedIn finds `/query` before the cursor: over several words at the beginning, one word anywhere else. */
export function askedIn(text: string, cursor: number): Asked | undefined {
  const before = text.slice(0, cursor)
  const found = /^\/([^\n/]{0,40})$/.exec(before) ?? /(?<=\s)\/([^\s/]{0,40})$/.exec(before)
  return found ? { from: found.index, query: found[1] as string } : undefined
}

/** fill puts names into `{visitor}` and `{agent}`; `{visitor|friend}` says what to write when there is none. */
export function fill(text: string, gaps: Gaps, otherwise: Gaps): string {
  return text.replace(/\{(visitor|agent)(?:\|([^{}]*))?\}/g, (_, gap: keyof Gaps, own: string | undefined) => gaps[gap].trim() || (own ?? otherwise[gap]))
}

function rankOf(canned: Canned, wanted: string): number {
  const shortcut = canned.shortcut.toLowerCase()
  if (shortcut.startsWith(wanted)) return 0
  if (shortcut.includes(wanted)) return 1
  return canned.text.toLowerCase().includes(wanted) ? 2 : 3
}

/** A shortcut is written without its stroke, but people type it. */
function clean({ shortcut, text }: CannedText): CannedText {
  return { shortcut: shortcut.trim().replace(/^\/+/, ""), text: text.trim() }
}
