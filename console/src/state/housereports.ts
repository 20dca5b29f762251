// What members reported, open or closed, and what was decided about it.

import { Fault } from "@wire/api"
import type { Judgement, Report } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Loaded } from "./desk"
import type { HouseApi } from "./houseapi"

export type Sanction = "warn" | "mute" | "remove" | "disable"

export class HouseReports {
  readonly #api: HouseApi
  readonly #state = shallowRef<Report["state"]>("open")
  readonly #reports = shallowRef<Report[]>([])
  readonly #more = shallowRef(false)
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #changed: () => void
  #reading = 0

  /** `changed` hears that more or fewer wait now. */
  constructor(api: HouseApi, changed: () => void = () => undefined) {
    this.#api = api
    this.#changed = changed
  }

  get state(): Report["state"] {
    return this.#state.value
  }

  get reports(): Report[] {
    return this.#reports.value
  }

  get more(): boolean {
    return this.#more.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  async show(state: Report["state"]): Promise<void> {
    this.#state.value = state
    this.#loaded.value = "loading"
    await this.load()
  }

  /** Reads the first page again. */
  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      if (await this.#read(0)) this.#loaded.value = "ready"
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  async older(): Promise<void> {
    const last = this.reports.at(-1)
    if (last && this.more) await this.#read(last.id)
  }

  /** Decides; the report leaves the list it was in. A refusal of the server is thrown. */
  async judge(report: Report, judgement: Judgement): Promise<void> {
    await this.#api.judge(report.id, judgement)
    if (judgement.state !== this.state) this.#reports.value = this.reports.filter((one) => one.id !== report.id)
    this.#changed()
  }

  async enable(report: Report): Promise<void> {
    await this.#api.disableMember(report.person.id, false)
    this.#reports.value = this.reports.map((one) => (one.person.id === report.person.id ? { ...one, disabled: false } : one))
  }

  async #read(before: number): Promise<boolean> {
    const reading = ++this.#reading
    const page = await this.#api.reports(this.state, before)
    if (reading !== this.#reading) return false
    this.#reports.value = before ? [...this.reports, ...page.reports] : page.reports
    this.#more.value = page.more
    return true
  }
}

/** What can follow from a report: in a group there is more than between two. */
export function sanctionsFor(report: Report): Sanction[] {
  const inside: Sanction[] = report.group?.inside ? ["mute", "remove"] : []
  return ["warn", ...inside, ...(report.disabled ? [] : (["disable"] as const))]
}
