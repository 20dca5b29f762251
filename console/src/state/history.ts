// Looking for what was said in one conversation: by words, kind, who said it, and days.

import type { Message, MessagePage, Person } from "@wire/protocol"
import { shallowReactive, shallowRef } from "vue"
import type { Loaded } from "./desk"

export type Kind = "" | "image" | "file" | "link"
export type Query = { q: string; kind: Kind; sender: number; from: string; to: string }
export type Find = (query: Record<string, string | number | undefined>) => Promise<MessagePage>

/** asked is a query as the server takes it: days become the moments at which they begin where the reader is. */
export function asked({ q, kind, sender, from, to }: Query): Record<string, string | number | undefined> {
  return { q: q.trim() || undefined, kind: kind || undefined, sender: sender || undefined, from: midnight(from, 0), to: midnight(to, 1) }
}

function midnight(day: string, later: number): string | undefined {
  const [year, month, date] = day.split("-").map(Number)
  return year && month && date ? new Date(year, month - 1, date + later).toISOString() : undefined
}

export class History {
  readonly query = shallowReactive<Query>({ q: "", kind: "", sender: 0, from: "", to: "" })
  readonly #find: Find
  readonly #meet: (people: Person[]) => void
  readonly #found = shallowRef<Message[]>([])
  readonly #more = shallowRef(false)
  readonly #loaded = shallowRef<Loaded>("loading")
  #turn = 0

  constructor(find: Find, meet: (people: Person[]) => void) {
    this.#find = find
    this.#meet = meet
  }

  /** The latest first. */
  get found(): Message[] {
    return this.#found.value
  }

  get more(): boolean {
    return this.#more.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** Whether anything is asked for in particular. */
  get narrowed(): boolean {
    return Object.values(asked(this.query)).some((value) => value !== undefined)
  }

  async search(): Promise<void> {
    this.#loaded.value = "loading"
    await this.#read(undefined)
  }

  async older(): Promise<void> {
    await this.#read(this.found.at(-1)?.seq)
  }

  /** Forgets a message that is not to be seen any more. */
  drop(seq: number): void {
    this.#found.value = this.found.filter((m) => m.seq !== seq)
  }

  async #read(before: number | undefined): Promise<void> {
    const turn = ++this.#turn
    try {
      const page = await this.#find({ ...asked(this.query), before })
      if (turn !== this.#turn) return // something else is asked for by now
      this.#meet(page.people)
      const fresh = page.messages.slice().reverse()
      this.#found.value = before ? [...this.found, ...fresh] : fresh
      this.#more.value = page.more
      this.#loaded.value = "ready"
    } catch {
      if (turn === this.#turn) this.#loaded.value = "failed"
    }
  }
}
