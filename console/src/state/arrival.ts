// The link somebody came by, kept in the tab until it is answered: the address does not keep it, and signing in may take a
// reload.

import { Fault } from "@wire/api"
import { shallowRef } from "vue"
import type { Shelf } from "./drafts"
import { doorOf, type Door } from "./session"

const key = "ichat:arrival"

export class Arrival {
  readonly #shelf: Shelf
  readonly #door = shallowRef<Door>({ kind: "none" })

  constructor(shelf: Shelf, hash: string) {
    this.#shelf = shelf
    const now = doorOf(hash)
    this.#door.value = now.kind === "none" ? doorOf(shelf.get(key) ?? "") : now
    if (now.kind !== "none") shelf.set(key, hash)
  }

  get door(): Door {
    return this.#door.value
  }

  /** The token of a link of this kind that waits, or nothing. */
  token(kind: Exclude<Door["kind"], "none">): string {
    const { door } = this
    return door.kind === kind ? door.token : ""
  }

  /** It was used, or put aside. */
  forget(): void {
    this.#door.value = { kind: "none" }
    this.#shelf.remove(key)
  }

  /** Something went wrong with it: a refusal is for good, a lost line is not. */
  failed(error: unknown): void {
    if (error instanceof Fault && error.retry === "never") this.forget()
  }
}
