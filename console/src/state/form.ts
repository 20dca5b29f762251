// What every form of the back office does: fields typed over what is saved, and a save that sends only what differs.

import { computed, reactive, shallowRef } from "vue"
import type { Lang } from "../text/words"
import { noTrouble, troubleOf, type Trouble } from "./problem"

export abstract class Form<F extends object> {
  readonly fields: F
  readonly #names: (keyof F & string)[]
  readonly #saved
  readonly #busy = shallowRef(false)
  readonly #trouble = shallowRef<Trouble>(noTrouble)
  /** What was sent when it was refused. */
  #refused: F | undefined
  readonly #changed = computed(() => this.#names.filter((name) => !same(this.fields[name], this.saved[name], true)))

  constructor(saved: F) {
    this.#names = Object.keys(saved) as (keyof F & string)[]
    this.#saved = shallowRef(saved)
    this.fields = reactive(copy(saved)) as F
  }

  protected get saved(): F {
    return this.#saved.value
  }

  /** The server's words about the fields of the last save, by their paths. */
  protected get said(): Readonly<Record<string, string>> {
    return this.#trouble.value.fields
  }

  get unsaved(): boolean {
    return this.#changed.value.length > 0
  }

  get busy(): boolean {
    return this.#busy.value
  }

  /** The refusal that belongs to no field. */
  get refusal(): string {
    return Object.keys(this.said).length > 0 ? "" : this.#trouble.value.text
  }

  /** What the server said of a field or a part of it ("hours.week.0"), until that is changed. It may have another name for it. */
  problem(path: string, theirs = path): string | undefined {
    const text = this.said[theirs]
    return text !== undefined && this.#refused && same(at(this.fields, path), at(this.#refused, path)) ? text : undefined
  }

  discard(): void {
    Object.assign(this.fields, copy(this.saved))
    this.#trouble.value = noTrouble
  }

  /** Takes what is saved now; what differs from `before` is being edited and stays. */
  protected take(saved: F, before = this.saved): void {
    const rest = this.#names.filter((name) => same(this.fields[name], before[name]))
    const anew = copy(saved)
    for (const name of rest) this.fields[name] = anew[name]
    this.#saved.value = saved
  }

  /** Sends what changed and takes what the server answers; what is typed meanwhile stays. False: there was nothing to send, or it was refused. */
  protected async submit(lang: Lang, send: (sent: F, changed: (keyof F & string)[]) => Promise<F>): Promise<boolean> {
    if (this.busy || !this.unsaved) return false
    this.#busy.value = true
    const sent = copy(this.fields)
    try {
      this.take(await send(sent, this.#changed.value), sent)
      this.#trouble.value = noTrouble
      return true
    } catch (error) {
      this.#refused = sent
      this.#trouble.value = troubleOf(error, lang)
      return false
    } finally {
      this.#busy.value = false
    }
  }
}

export function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

function at(fields: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown> | null | undefined)?.[name], fields)
}

/** By content, whatever the order of keys; blanks around a text may be no difference either. */
function same(a: unknown, b: unknown, trimmed = false): boolean {
  return a === b || canonical(a, trimmed) === canonical(b, trimmed)
}

function canonical(value: unknown, trimmed: boolean): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "string") return trimmed ? part.trim() : part
    return part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => x.localeCompare(y))) : part
  })
}
