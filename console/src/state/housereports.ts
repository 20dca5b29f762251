// What members reported, open or closed, and what was decided about it.

import { Fault } from "@wire/api"
import type { Judgement, Person, Report, ReportCategory } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Loaded } from "./desk"
import type { HouseApi } from "./houseapi"

export type Sanction = "warn" | "mute" | "remove" | "disable" | "hush" | "dissolve"

export class HouseReports {
  readonly #api: HouseApi
  readonly #state = shallowRef<Report["state"]>("open")
  readonly #reports = shallowRef<Report[]>([])
  readonly #categories = shallowRef<ReportCategory[]>([])
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

  /** What they may be about, with what nobody can choose any more. */
  get categories(): ReportCategory[] {
    return this.#categories.value
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
      this.#categories.value = await this.#api.reportCategories()
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

/** What can follow from a report: in a group there is more than between two, and to a group that is there something else. */
export function sanctionsFor(report: Report): Sanction[] {
  if (report.subject) return report.group ? ["warn", "hush", "dissolve"] : []
  const inside: Sanction[] = report.group?.inside ? ["mute", "remove"] : []
  return ["warn", ...inside, ...(report.disabled ? [] : (["disable"] as const))]
}

/** Who or what a report is about: a group stands there like somebody. */
export function aboutOf(report: Report): Person {
  if (!report.subject) return report.person
  return { id: report.conversation_id, kind: "member", name: report.subject.name, avatar: report.subject.avatar }
}
