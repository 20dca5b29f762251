// A short list that an owner keeps: names in both languages, in an order. Each change answers the whole list.

import { shallowRef } from "vue"
import type { Lang } from "../text/words"

export type Named = { id: number; name: string; name_zh: string }
export type Names = { name: string; name_zh: string }

/** What a page does with such a list. */
export type Keeper<T extends Named> = {
  read(): Promise<T[]>
  add(names: Names): Promise<T[]>
  rename(id: number, names: Names): Promise<T[]>
  sort(order: number[]): Promise<T[]>
}

/** The name in the reader's language, or the one there is. */
export function nameIn({ name, name_zh }: Names, lang: Lang): string {
  return (lang === "zh-CN" && name_zh) || name
}

/** An order in which one entry stands one place further up or down, or in the place of another. */
export function moved(ids: number[], from: number, to: number): number[] {
  const order = [...ids]
  const [one] = order.splice(from, 1)
  if (one !== undefined) order.splice(to, 0, one)
  return order
}

export class Catalog<T extends Named> {
  readonly #keeper: Keeper<T>
  readonly #list = shallowRef<T[]>([])
  readonly #loaded = shallowRef(false)
  #turn = 0

  constructor(keeper: Keeper<T>) {
    this.#keeper = keeper
  }

  get list(): T[] {
    return this.#list.value
  }

  get loaded(): boolean {
    return this.#loaded.value
  }

  load(): Promise<void> {
    return this.take(() => this.#keeper.read())
  }

  add(names: Names): Promise<void> {
    return this.take(() => this.#keeper.add(clean(names)))
  }

  rename(id: number, names: Names): Promise<void> {
    return this.take(() => this.#keeper.rename(id, clean(names)))
  }

  /** Puts an entry where another one is; the page shows it at once, and as it was when the server refuses. */
  async move(from: number, to: number): Promise<void> {
    const before = this.list
    if (from === to || !before[from] || !before[to]) return
    const order = moved(before.map((one) => one.id), from, to)
    this.#list.value = order.map((id) => before.find((one) => one.id === id) as T)
    try {
      await this.take(() => this.#keeper.sort(order))
    } catch (error) {
      this.#list.value = before
      throw error
    }
  }

  /** Makes a change; of two answers the one to the later question holds. */
  async take(change: () => Promise<T[]>): Promise<void> {
    const turn = ++this.#turn
    const list = await change()
    if (turn !== this.#turn) return
    this.#list.value = list
    this.#loaded.value = true
  }
}

function clean({ name, name_zh }: Names): Names {
  return { name: name.trim(), name_zh: name_zh.trim() }
}
