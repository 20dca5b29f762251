// One queue while it is edited: its name, its rules, its agents; what differs, what is wrong, and saving only what changed.

import type { Hours, Queue, QueueAgent, Rules } from "@wire/protocol"
import { computed, reactive, shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import { noTrouble, troubleOf, type Trouble } from "./problem"
import { officeHours, usual, type QueueWords } from "./rules"

/** The rules while they are typed: every language has all its words. */
export type TypedRules = Omit<Rules, "texts"> & { texts: Record<string, QueueWords> }
export type QueueFields = { name: string; rules: TypedRules; agents: QueueAgent[] }
export type QueuePatch = { first?: true; name?: string; rules?: Rules; agents?: QueueAgent[] }

const fieldNames = ["name", "rules", "agents"] as const satisfies (keyof QueueFields)[]
export const noWords: QueueWords = { waiting: "", apology: "", idle_warning: "", closing: "", busy: "" }

export class QueueForm {
  readonly fields: QueueFields
  readonly #api: ConsoleApi
  readonly #queue
  readonly #busy = shallowRef(false)
  readonly #trouble = shallowRef<Trouble>(noTrouble)
  /** What was sent when it was refused. */
  #refused: QueueFields | undefined
  readonly #saved = computed(() => fieldsOf(this.queue))
  readonly #changed = computed(() => fieldNames.filter((name) => !same(this.fields[name], this.#saved.value[name])))

  constructor(api: ConsoleApi, queue: Queue) {
    this.#api = api
    this.#queue = shallowRef(queue)
    this.fields = reactive(fieldsOf(queue))
  }

  get queue(): Queue {
    return this.#queue.value
  }

  get rules(): TypedRules {
    return this.fields.rules
  }

  get unsaved(): boolean {
    return this.#changed.value.length > 0
  }

  get busy(): boolean {
    return this.#busy.value
  }

  /** The refusal that belongs to no field. */
  get refusal(): string {
    return Object.keys(this.#trouble.value.fields).length > 0 ? "" : this.#trouble.value.text
  }

  /** How many fields were refused and not changed since. */
  get problems(): number {
    return Object.keys(this.#trouble.value.fields).filter((path) => this.problem(path) !== undefined).length
  }

  /** What the server said of a field ("rules.boost.every_s"), until that field is changed. */
  problem(path: string): string | undefined {
    const text = this.#trouble.value.fields[path]
    return text !== undefined && this.#refused && same(at(this.fields, path), at(this.#refused, path)) ? text : undefined
  }

  /** The first of what the server said of a field and all that is in it. */
  problemIn(path: string): string | undefined {
    for (const field of Object.keys(this.#trouble.value.fields)) {
      const text = field === path || field.startsWith(`${path}.`) ? this.problem(field) : undefined
      if (text) return text
    }
    return undefined
  }

  /** A queue that was read again: what is being edited stays, the rest follows. */
  follow(queue: Queue): void {
    const saved = fieldsOf(queue)
    for (const name of fieldNames) if (same(this.fields[name], this.#saved.value[name])) Object.assign(this.fields, { [name]: saved[name] })
    this.#queue.value = queue
  }

  discard(): void {
    Object.assign(this.fields, fieldsOf(this.queue))
    this.#trouble.value = noTrouble
  }

  serves(person: number): boolean {
    return this.fields.agents.some((one) => one.person_id === person)
  }

  /** 0: he is not named in this queue. */
  level(person: number): number {
    return this.fields.agents.find((one) => one.person_id === person)?.level ?? 0
  }

  /** Names an agent with a level; 0 takes him out. */
  setLevel(person: number, level: number): void {
    const others = this.fields.agents.filter((one) => one.person_id !== person)
    this.fields.agents = (level > 0 ? [...others, { person_id: person, level }] : others).sort((a, b) => a.person_id - b.person_id)
  }

  /** Switches a part that can be off: on with its usual numbers, off with none. */
  turn(part: "boost" | "answer" | "overflow" | "idle" | "away", on: boolean, otherQueue = 0): void {
    const { rules } = this
    if (part === "boost") rules.boost = on ? { ...usual.boost } : { every_s: 0, step: 0, most: 0 }
    if (part === "answer") rules.answer = on ? { ...usual.answer } : { nudge_s: 0, requeue_s: 0, times: 0 }
    if (part === "overflow") rules.overflow = on ? { ...usual.overflow, to_queue: otherQueue } : { after_s: 0, to_queue: 0 }
    if (part === "idle") rules.idle = on ? { ...usual.idle } : { warn_s: 0, close_s: 0, gone_s: 0 }
    if (part === "away") rules.away_s = on ? usual.away_s : 0
  }

  /** Gives the queue hours of its own, which begin as the site's, or takes them away. */
  turnHours(own: boolean, sites: Hours | undefined): void {
    const begin = sites?.on ? sites : sites ? { ...sites, on: true, zone: sites.zone || officeHours().zone } : officeHours()
    this.rules.hours = own ? copy(begin) : null
  }

  /** Sends what changed; what is typed meanwhile stays. */
  async save(lang: Lang): Promise<Queue | undefined> {
    if (this.busy || !this.unsaved) return undefined
    this.#busy.value = true
    const sent = copy(this.fields)
    const patch = Object.fromEntries(this.#changed.value.map((name) => [name, name === "rules" ? sayable(sent.rules) : sent[name]])) as QueuePatch
    try {
      const queue = await this.#api.updateQueue(this.queue.id, patch)
      const saved = fieldsOf(queue)
      for (const name of fieldNames) if (same(this.fields[name], sent[name])) Object.assign(this.fields, { [name]: saved[name] })
      this.#queue.value = queue
      this.#trouble.value = noTrouble
      return queue
    } catch (error) {
      this.#refused = sent
      this.#trouble.value = troubleOf(error, lang)
      return undefined
    } finally {
      this.#busy.value = false
    }
  }
}

/** A copy that may be changed, with words of each language to be typed into. */
function fieldsOf({ name, rules, agents }: Queue): QueueFields {
  const fields = copy({ name, rules, agents }) as QueueFields
  fields.agents.sort((a, b) => a.person_id - b.person_id)
  for (const lang of ["", "zh-CN", "en"]) fields.rules.texts[lang] = { ...noWords, ...fields.rules.texts[lang] }
  return fields
}

/** The rules as they are sent: a language without words is none. */
function sayable(rules: TypedRules): Rules {
  return { ...rules, texts: Object.fromEntries(Object.entries(rules.texts).filter(([, words]) => Object.values(words).some((text) => text.trim()))) }
}

function at(fields: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown> | null | undefined)?.[name], fields)
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

/** By content, whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  return a === b || canonical(a) === canonical(b)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => x.localeCompare(y))) : part))
}
