// The groups of members as those who run the server see them: the ones that wait for approval first, and one of them with
// who is in it.

import type { GroupChange, Member, OfficeGroup, Person, WaitingGroup } from "@wire/protocol"
import { Fault } from "@wire/api"
import { shallowRef } from "vue"
import type { Loaded } from "./desk"
import type { HouseApi } from "./houseapi"

export const groupStates = ["waiting", "living", "dissolved"] as const
export type GroupState = (typeof groupStates)[number]

export class HouseGroups {
  readonly #api: HouseApi
  readonly #state = shallowRef<GroupState>("waiting")
  readonly #words = shallowRef("")
  readonly #waiting = shallowRef<WaitingGroup[]>([])
  readonly #groups = shallowRef<OfficeGroup[]>([])
  readonly #next = shallowRef(0)
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #changed: () => void
  /** The newest reading: what an older one answers is for another filter. */
  #reading = 0

  /** `changed` hears that fewer may wait now. */
  constructor(api: HouseApi, changed: () => void = () => undefined) {
    this.#api = api
    this.#changed = changed
  }

  get state(): GroupState {
    return this.#state.value
  }

  get words(): string {
    return this.#words.value
  }

  get waiting(): WaitingGroup[] {
    return this.#waiting.value
  }

  get groups(): OfficeGroup[] {
    return this.#groups.value
  }

  get more(): boolean {
    return this.#next.value > 0
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  get empty(): boolean {
    return (this.state === "waiting" ? this.waiting : this.groups).length === 0
  }

  /** Shows another part of them; what is shown goes at once. */
  async show(state: GroupState, words: string): Promise<void> {
    this.#state.value = state
    this.#words.value = words.trim()
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
    if (this.more) await this.#read(this.#next.value)
  }

  /** Says yes or no; the group is made, and who asked is told. A refusal of the server is thrown. */
  async answer(waiting: WaitingGroup, approve: boolean, reason = ""): Promise<void> {
    await this.#api.answerGroup(waiting.request.id, approve, reason.trim())
    this.#waiting.value = this.#waiting.value.filter((one) => one.request.id !== waiting.request.id)
    this.#changed()
  }

  async #read(from: number): Promise<boolean> {
    const reading = ++this.#reading
    const [state, words] = [this.state, this.words]
    if (state === "waiting") {
      const page = await this.#api.waitingGroups(words, from)
      if (reading !== this.#reading) return false
      this.#waiting.value = from ? [...this.#waiting.value, ...page.waiting] : page.waiting
      this.#next.value = page.next
    } else {
      const page = await this.#api.groups(words, state, from)
      if (reading !== this.#reading) return false
      this.#groups.value = from ? [...this.#groups.value, ...page.groups] : page.groups
      this.#next.value = page.next
    }
    return true
  }
}

export type Insider = { member: Member; person: Person }

/** One group with its members. */
export class HouseGroup {
  readonly id: number
  readonly #api: HouseApi
  readonly #group = shallowRef<OfficeGroup>()
  readonly #insiders = shallowRef<Insider[]>([])
  readonly #more = shallowRef(false)
  readonly #loaded = shallowRef<Loaded | "lost">("loading")

  constructor(api: HouseApi, id: number) {
    this.#api = api
    this.id = id
  }

  get group(): OfficeGroup | undefined {
    return this.#group.value
  }

  get insiders(): Insider[] {
    return this.#insiders.value
  }

  get more(): boolean {
    return this.#more.value
  }

  /** `lost`: there is no such group. */
  get loaded(): Loaded | "lost" {
    return this.#loaded.value
  }

  async load(): Promise<void> {
    if (this.#loaded.value !== "ready") this.#loaded.value = "loading"
    try {
      const [group] = await Promise.all([this.#api.group(this.id), this.#read(0)])
      this.#group.value = group
      this.#loaded.value = "ready"
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (error.status === 404) this.#loaded.value = "lost"
      else if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  async older(): Promise<void> {
    await this.#read(this.insiders.at(-1)?.person.id ?? 0)
  }

  async edit(change: GroupChange, reason: string): Promise<void> {
    this.#group.value = await this.#api.editGroup(this.id, { ...change, reason: reason.trim() })
  }

  async dissolve(reason: string): Promise<void> {
    await this.#api.closeGroup(this.id, reason.trim())
    await this.load()
  }

  async mute(person: number, minutes: number, reason: string): Promise<void> {
    await this.#api.muteInsider(this.id, person, minutes, reason.trim())
    await this.load()
  }

  async putOut(person: number, reason: string): Promise<void> {
    await this.#api.putOut(this.id, person, reason.trim())
    await this.load()
  }

  async #read(after: number): Promise<void> {
    const page = await this.#api.insiders(this.id, after)
    const people = new Map(page.people.map((person) => [person.id, person]))
    const read = page.members.flatMap((member) => {
      const person = people.get(member.person_id)
      return person ? [{ member, person }] : []
    })
    this.#insiders.value = after ? [...this.insiders, ...read] : read
    this.#more.value = page.more
  }
}

/** Until when somebody may not write, if that is still to come. */
export function mutedUntil(member: Member, now: number): string | undefined {
  return member.muted_until && Date.parse(member.muted_until) > now ? member.muted_until : undefined
}
