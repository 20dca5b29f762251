// Oneself and one's friends in their groups, as the server last told. Each `contacts` frame carries the number of one's list:
// the next one is applied, after any other the whole is read again. Presence and cards are what is so now.

import { backoff, type Clock, realClock } from "@wire/clock"
import type { Event, Person, Presence } from "@wire/protocol"
import { computed, shallowRef, triggerRef } from "vue"
import type { Loaded } from "./desk"
import type { Card, ContactsChange, Friend, FriendGroup, ImApi, Mood, Myself, Privacy, PrivacyChange, ProfileChange, Seen, Start } from "./imapi"
import { Keeping } from "./keeping"
import type { Circle } from "./rooms"

/** A friend group with who is in it; that of those in none has the id 0. */
export type Section = { id: number; name: string; friends: Friend[]; online: number }

export class Contacts implements Circle {
  readonly me: number
  readonly keeping: Keeping
  readonly #api: ImApi
  readonly #mine = shallowRef<Myself>()
  readonly #privacy = shallowRef<Privacy>()
  readonly #groups = shallowRef<FriendGroup[]>([])
  readonly #friends = shallowRef(new Map<number, Friend>())
  readonly #blocked = shallowRef(new Set<number>())
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #sections = computed(() => this.#divide())
  readonly #onPeople: (people: Person[]) => void
  readonly #onMissed: () => void
  readonly #clock: Clock
  #list = 0
  #failures = 0
  /** Drops the next try of a reading that failed. */
  #cancelRetry: (() => void) | undefined
  #reading: Promise<void> | undefined
  #again = false
  /** Came by push while the whole was being read: newer than the answer perhaps. */
  #meanwhile: Event[] = []

  /** `onPeople` hears of everybody who may be called or look different now, `onMissed` that a change may not have come. */
  constructor(api: ImApi, me: number, onPeople: (people: Person[]) => void = () => undefined, onMissed: () => void = () => undefined, keeping = new Keeping(api), clock: Clock = realClock) {
    this.#api = api
    this.me = me
    this.keeping = keeping
    this.#onPeople = onPeople
    this.#onMissed = onMissed
    this.#clock = clock
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  get mine(): Myself | undefined {
    return this.#mine.value
  }

  /** What one shows others, and is shown of them. */
  get privacy(): Privacy | undefined {
    return this.#privacy.value
  }

  get groups(): FriendGroup[] {
    return this.#groups.value
  }

  get friends(): Friend[] {
    return [...this.#friends.value.values()]
  }

  /** Those in no group first, then the groups in their order; in each who is there stands first. */
  get sections(): Section[] {
    return this.#sections.value
  }

  get people(): Person[] {
    return this.friends.map((friend) => friend.person)
  }

  friend(person: number): Friend | undefined {
    return this.#friends.value.get(person)
  }

  get blocked(): ReadonlySet<number> {
    return this.#blocked.value
  }

  blocks(person: number): boolean {
    return this.#blocked.value.has(person)
  }

  here(person: number): boolean {
    return this.state(person) !== "offline"
  }

  state(person: number): Seen {
    return this.friend(person)?.state ?? "offline"
  }

  /** Reads everything again; one request at a time. */
  load(): Promise<void> {
    if (this.#reading) {
      this.#again = true
      return this.#reading
    }
    this.#cancelRetry?.()
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    this.#meanwhile = []
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined
      if (!this.#again) return
      this.#again = false
      void this.load()
    })
    return this.#reading
  }

  stop(): void {
    this.#cancelRetry?.()
  }

  /** The server's number of one's list, as a sync told it. */
  check(list: number): void {
    if (this.#loaded.value === "ready" && list > this.#list) this.#missed()
  }

  apply(event: Event): void {
    if (event.type === "presence") this.#moved(event.data as Presence)
    else if (event.type === "person") this.#renamed(event.data as Card)
    else if (event.type === "contacts") this.#changed(event.data as ContactsChange)
    else return
    if (this.#reading && event.type !== "contacts") this.#meanwhile.push(event)
  }

  async change(change: ProfileChange): Promise<void> {
    this.#mine.value = await this.#api.changeMe(change)
  }

  /** Shows oneself by a face, or by one's initials again. */
  async showMe(face: number): Promise<void> {
    const mine = await this.#api.showMe(face)
    this.#mine.value = mine
    this.#onPeople([mine.person])
  }

  async be(mood: Mood): Promise<void> {
    this.#mine.value = await this.#api.mood(mood)
  }

  /** Shows more or less of oneself; shown at once, and as it was again when it was refused. */
  async show(change: PrivacyChange): Promise<void> {
    const was = this.#privacy.value
    if (was) this.#privacy.value = { ...was, ...change }
    try {
      this.#privacy.value = await this.#api.changePrivacy(change)
    } catch (error) {
      this.#privacy.value = was
      throw error
    }
  }

  async remark(person: number, remark: string): Promise<void> {
    this.#keep(await this.#api.changeFriend(person, { remark: remark.trim() }))
  }

  async move(person: number, group: number): Promise<void> {
    this.#keep(await this.#api.changeFriend(person, { group_id: group }))
  }

  /** Takes somebody off one's list, with `both` oneself off his; what was said stays. */
  async remove(person: number, both: boolean): Promise<void> {
    await this.#api.removeFriend(person, both)
    this.#friends.value.delete(person)
    triggerRef(this.#friends)
  }

  async block(person: number): Promise<void> {
    await this.#api.blockPerson(person)
    this.#blocked.value = new Set([...this.#blocked.value, person])
  }

  async unblock(person: number): Promise<void> {
    await this.#api.unblockPerson(person)
    this.#blocked.value = new Set([...this.#blocked.value].filter((id) => id !== person))
  }

  /** Asks somebody to be a friend; he will be in this group. */
  async request(person: number, group: number, note: string): Promise<void> {
    await this.#api.request({ person, group_id: group, note: note.trim() })
  }

  async addGroup(name: string): Promise<void> {
    const group = await this.#api.addFriendGroup(name)
    this.#groups.value = [...this.#groups.value.filter((one) => one.id !== group.id), group]
  }

  async renameGroup(group: number, name: string): Promise<void> {
    await this.#api.renameFriendGroup(group, name)
    this.#groups.value = this.#groups.value.map((one) => (one.id === group ? { ...one, name } : one))
  }

  async dropGroup(group: number): Promise<void> {
    await this.#api.dropFriendGroup(group)
    this.#groups.value = this.#groups.value.filter((one) => one.id !== group)
  }

  async sortGroups(order: number[]): Promise<void> {
    await this.#api.sortFriendGroups(order)
    this.#groups.value = [...this.#groups.value].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
  }

  async #read(): Promise<void> {
    try {
      this.#take(await this.#api.start())
      this.#failures = 0
      const meanwhile = this.#meanwhile
      this.#meanwhile = []
      for (const event of meanwhile) this.apply(event)
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
      else this.#cancelRetry = this.#clock.after(backoff(this.#failures++, Math.random), () => void this.load()) // what is shown is behind, and nothing else would say so
    }
  }

  #take(start: Start): void {
    this.#list = start.list
    this.#mine.value = start.me
    this.#privacy.value = start.privacy
    this.#groups.value = start.friend_groups
    this.#friends.value = new Map(start.friends.map((friend) => [friend.person.id, friend]))
    this.#blocked.value = new Set(start.blocked)
    this.keeping.take(start)
    this.#onPeople([start.me.person, ...this.people])
    this.#loaded.value = "ready"
  }

  #missed(): void {
    void this.load()
    this.#onMissed()
  }

  #changed(change: ContactsChange): void {
    if (change.list <= this.#list) return
    if (change.list !== this.#list + 1 || this.#reading) return this.#missed()
    this.#list = change.list
    if (change.me) {
      this.#mine.value = change.me
      this.#onPeople([change.me.person])
    }
    if (change.privacy) this.#privacy.value = change.privacy
    if (change.friend_groups) this.#groups.value = change.friend_groups
    if (change.blocked) this.#blocked.value = new Set(change.blocked)
    for (const friend of change.friends ?? []) this.#friends.value.set(friend.person.id, friend)
    this.#onPeople((change.friends ?? []).map((friend) => friend.person))
    if (change.kept) this.keeping.put(change.kept)
    for (const id of change.gone ?? []) this.#friends.value.delete(id)
    triggerRef(this.#friends)
  }

  #keep(friend: Friend): void {
    this.#friends.value.set(friend.person.id, friend)
    triggerRef(this.#friends)
  }

  #moved({ person_id, state, last_seen }: Presence): void {
    this.#put(person_id, { state, last_seen: last_seen ?? null })
  }

  #renamed({ person, signature }: Card): void {
    this.#onPeople([person])
    this.#put(person.id, { person, signature })
  }

  #put(id: number, more: Partial<Friend>): void {
    const friend = this.#friends.value.get(id)
    if (!friend) return
    this.#friends.value.set(id, { ...friend, ...more })
    triggerRef(this.#friends)
  }

  #divide(): Section[] {
    const known = new Set(this.groups.map((group) => group.id))
    const sections = [{ id: 0, name: "" }, ...this.groups].map((group) => ({ id: group.id, name: group.name, friends: [] as Friend[], online: 0 }))
    const byId = new Map(sections.map((section) => [section.id, section]))
    for (const friend of this.friends) {
      const section = byId.get(known.has(friend.group_id) ? friend.group_id : 0) as Section
      section.friends.push(friend)
      if (friend.state !== "offline") section.online++
    }
    for (const section of sections) section.friends.sort((a, b) => rank(a) - rank(b) || (a.remark || a.person.name).localeCompare(b.remark || b.person.name))
    return sections
  }
}

function rank(friend: Friend): number {
  return friend.state === "offline" ? 1 : 0
}
