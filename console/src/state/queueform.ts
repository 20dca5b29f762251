// One queue while it is edited: its name, its rules, its agents; what differs, what is wrong, and saving only what changed.

import type { Hours, Queue, QueueAgent, Rules } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import { Form, copy } from "./form"
import { officeHours, usual, type QueueWords } from "./rules"

/** The rules while they are typed: every language has all its words. */
export type TypedRules = Omit<Rules, "texts"> & { texts: Record<string, QueueWords> }
export type QueueFields = { name: string; rules: TypedRules; agents: QueueAgent[] }
export type QueuePatch = { first?: true; name?: string; rules?: Rules; agents?: QueueAgent[] }

export const noWords: QueueWords = { waiting: "", apology: "", idle_warning: "", closing: "", busy: "" }

export class QueueForm extends Form<QueueFields> {
  readonly #api: ConsoleApi
  readonly #queue

  constructor(api: ConsoleApi, queue: Queue) {
    super(fieldsOf(queue))
    this.#api = api
    this.#queue = shallowRef(queue)
  }

  get queue(): Queue {
    return this.#queue.value
  }

  get rules(): TypedRules {
    return this.fields.rules
  }

  /** How many fields were refused and not changed since. */
  get problems(): number {
    return Object.keys(this.said).filter((path) => this.problem(path) !== undefined).length
  }

  /** The first of what the server said of a field and all that is in it. */
  problemIn(path: string): string | undefined {
    for (const field of Object.keys(this.said)) {
      const text = field === path || field.startsWith(`${path}.`) ? this.problem(field) : undefined
      if (text) return text
    }
    return undefined
  }

  /** A queue that was read again: what is being edited stays, the rest follows. */
  follow(queue: Queue): void {
    this.take(fieldsOf(queue))
    this.#queue.value = queue
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
    const saved = await this.submit(lang, async (sent, changed) => {
      const patch = Object.fromEntries(changed.map((name) => [name, name === "rules" ? sayable(sent.rules) : sent[name]])) as QueuePatch
      this.#queue.value = await this.#api.updateQueue(this.queue.id, patch)
      return fieldsOf(this.queue)
    })
    return saved ? this.queue : undefined
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
