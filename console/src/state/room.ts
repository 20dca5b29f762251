// A direct conversation or a group that is open. Its members come with the timeline, those of a large group by pages.

import type { Client } from "@wire/client"
import type { Member, MessagePage, Person } from "@wire/protocol"
import { computed, shallowRef } from "vue"
import type { ConsoleApi } from "./api"
import { Choosing } from "./choosing"
import { Deeds } from "./deeds"
import { Jumps } from "./jumps"
import type { Pace } from "./pace"
import { Talk } from "./talk"

export type Insider = { member: Member; person: Person | undefined }

const ranks: Partial<Record<Member["role"], number>> = { owner: 0, admin: 1 }

/** Who is in a group of thousands is named by those who know the name. */
const mostPages = 10

export class RoomTalk extends Talk {
  readonly notes = undefined
  readonly visitor = 0
  /** Members that a sync did not bring, as paged. */
  readonly #paged = shallowRef(new Map<number, Member>())
  readonly #after = shallowRef(0)
  readonly #insiders = computed(() => this.#list())

  readonly #forwards: boolean
  readonly #pace: Pace
  override readonly deeds: Deeds
  override readonly choosing: Choosing | undefined
  override readonly jumps: Jumps

  constructor(api: ConsoleApi, client: Client, conversation: number, pace: Pace, forwards = false) {
    super(api, client, conversation)
    this.#pace = pace
    this.#forwards = forwards
    this.choosing = forwards ? new Choosing() : undefined
    this.deeds = new Deeds(api, client, conversation, (people) => this.meet(people))
    this.jumps = new Jumps(api, client, this)
    this.begin()
  }

  override get forwards(): boolean {
    return this.#forwards
  }

  turned(until: number): void {
    this.show(until)
  }

  protected override moved(): void {
    this.deeds.moved()
    this.jumps.moved()
    if (this.choosing?.on) {
      const gone = new Set(this.timeline?.messages.filter((m) => m.recalled).map((m) => m.seq))
      this.choosing.drop((seq) => gone.has(seq))
    }
  }

  override get many(): boolean {
    return this.timeline?.header?.kind === "group"
  }

  override get slowStep(): number {
    void this.lines
    return this.#pace.step(this.conversation)
  }

  override get slowUntil(): number {
    void this.lines
    return this.#pace.until(this.conversation)
  }

  /** Until when the reader may not write here, if that is still to come. */
  get mutedUntil(): string | undefined {
    void this.lines
    const until = this.timeline?.members.get(this.client.me)?.muted_until
    return until && Date.parse(until) > Date.now() ? until : undefined
  }

  /** The owner and the admins first. */
  get insiders(): Insider[] {
    return this.#insiders.value
  }

  override get callable(): Person[] {
    return this.many ? this.insiders.flatMap(({ member, person }) => (person && member.person_id !== this.client.me ? [person] : [])) : []
  }

  override get callsAll(): boolean {
    const role = this.many ? this.timeline?.members.get(this.client.me)?.role : undefined
    return role === "owner" || role === "admin"
  }

  override async readCallable(): Promise<void> {
    for (let page = 0; page < mostPages && this.moreInsiders; page++) {
      await this.readInsiders()
      if (this.#after.value === 0) return
    }
  }

  /** Whether some members are not here yet. */
  get moreInsiders(): boolean {
    void this.lines
    return this.many && this.insiders.length < (this.timeline?.header?.member_count ?? 0)
  }

  /** Reads the next page of members. */
  async readInsiders(): Promise<void> {
    const page = await this.api.members(this.conversation, this.#after.value)
    this.meet(page.people)
    this.#paged.value = new Map([...this.#paged.value, ...page.members.map((m) => [m.person_id, m] as const)])
    this.#after.value = page.more ? (page.members.at(-1)?.person_id ?? 0) : 0
  }

  /** Who is no member reads nothing. */
  protected page(): Promise<MessagePage> {
    return Promise.resolve({ messages: [], more: false, people: [] })
  }

  #list(): Insider[] {
    void this.lines // moves with everything that moves here
    const all = new Map([...this.#paged.value, ...(this.timeline?.members ?? [])])
    return [...all.values()]
      .filter((member) => !member.left)
      .map((member) => ({ member, person: this.person(member.person_id) }))
      .sort((a, b) => (ranks[a.member.role] ?? 2) - (ranks[b.member.role] ?? 2) || (a.person?.name ?? "").localeCompare(b.person?.name ?? ""))
  }
}
