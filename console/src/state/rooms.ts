// What people say to each other: direct conversations and groups. The list is made of the protocol client's
// timelines, so it is live by itself; what is done here is asked of the server, and what it changes comes back as pushes.

import type { Client } from "@wire/client"
import type { Member, Message, Person } from "@wire/protocol"
import type { Timeline } from "@wire/timeline"
import { computed, shallowRef, triggerRef } from "vue"
import type { ConsoleApi } from "./api"
import { newId } from "./ids"
import { RoomTalk } from "./room"

export type Room = {
  id: number
  kind: "direct" | "group"
  name: string
  /** The other one of a direct conversation. */
  person: Person | undefined
  /** Of a direct conversation: whether the other one is there. */
  here: boolean
  size: number
  dissolved: boolean
  /** What the reader is in it. */
  role: Member["role"]
  unread: number
  last: Message | undefined
  at: string
}

/** Whom one may talk to, and who of them is there: colleagues in the console, friends in the messenger. */
export interface Circle {
  readonly me: number
  readonly people: Person[]
  here(person: number): boolean
}

export class Rooms {
  readonly #api: ConsoleApi
  readonly #client: Client
  readonly #circle: Circle
  readonly #shown = shallowRef(false)
  readonly #selected = shallowRef(0)
  readonly #talk = shallowRef<RoomTalk>()
  readonly #tick = shallowRef(0)
  readonly #next = shallowRef<string>()
  readonly #rows = computed(() => this.#list())

  constructor(api: ConsoleApi, client: Client, circle: Circle) {
    this.#api = api
    this.#client = client
    this.#circle = circle
    client.on("conversation", () => triggerRef(this.#tick))
    client.on("list", () => this.#moved())
  }

  /** Whether the list beside the conversation is this one. */
  get shown(): boolean {
    return this.#shown.value
  }

  get selected(): number {
    return this.#selected.value
  }

  get talk(): RoomTalk | undefined {
    return this.#talk.value
  }

  /** Those something was said in last stand first. */
  get rows(): Room[] {
    return this.#rows.value
  }

  get unread(): number {
    return this.rows.reduce((sum, room) => sum + room.unread, 0)
  }

  /** Whether there may be older ones that are not here yet. */
  get more(): boolean {
    return this.#next.value !== ""
  }

  room(id: number): Room | undefined {
    return this.rows.find((room) => room.id === id)
  }

  show(shown: boolean): void {
    this.#shown.value = shown
  }

  /** Opens a conversation that is here; 0 closes what is open. */
  select(id: number): void {
    const known = this.#timeline(id)
    if (known && this.#talk.value?.conversation === id) return
    this.#talk.value?.leave()
    this.#selected.value = id // an address may come before the first sync
    this.#talk.value = known && new RoomTalk(this.#api, this.#client, id)
  }

  /** Opens the one conversation with somebody. */
  async write(person: number): Promise<void> {
    await this.#enter((await this.#api.direct(person)).id)
  }

  /** An id given by the caller makes it safe to ask again after a lost answer. */
  async found(id: string, name: string, people: number[]): Promise<void> {
    await this.#enter((await this.#api.makeGroup(id, name.trim(), people)).id)
  }

  newId(): string {
    return newId()
  }

  async rename(group: number, name: string): Promise<void> {
    await this.#api.renameGroup(group, name.trim())
  }

  async add(group: number, people: number[]): Promise<void> {
    await this.#api.addMembers(group, people)
  }

  async remove(group: number, person: number): Promise<void> {
    await this.#api.removeMember(group, person)
  }

  async appoint(group: number, person: number, role: Member["role"]): Promise<void> {
    await this.#api.appoint(group, person, role)
  }

  async leave(group: number): Promise<void> {
    await this.#api.leaveGroup(group)
    await this.#client.sync()
  }

  async dissolve(group: number): Promise<void> {
    await this.#api.dissolveGroup(group)
  }

  /** Reads the next page of conversations that were quiet for long. */
  async older(): Promise<void> {
    const page = await this.#api.conversations(this.#next.value ?? "")
    this.#client.meet(page)
    this.#next.value = page.next
  }

  async #enter(id: number): Promise<void> {
    if (!this.#timeline(id)) await this.#client.sync()
    if (!this.#timeline(id)) await this.older() // an old one, below what a sync covers
    this.select(id)
  }

  /** Conversations came or went. */
  #moved(): void {
    triggerRef(this.#tick)
    const id = this.#selected.value
    if (!id) return
    if (!this.#timeline(id)) this.select(0)
    else if (!this.#talk.value) this.select(id)
  }

  #timeline(id: number): Timeline | undefined {
    const timeline = this.#client.conversations.get(id)
    return timeline?.synced && isRoom(timeline) ? timeline : undefined
  }

  #list(): Room[] {
    this.#tick.value
    const rooms: Room[] = []
    for (const timeline of this.#client.conversations.values()) {
      if (!timeline.synced || !isRoom(timeline)) continue
      const other = timeline.kind === "direct" ? [...timeline.members.keys()].find((id) => id !== this.#client.me) : undefined
      const person = other === undefined ? undefined : this.#client.people.get(other)
      const last = timeline.messages.findLast((m) => !m.recalled)
      rooms.push({
        id: timeline.id,
        kind: timeline.kind as Room["kind"],
        name: person?.name ?? timeline.header?.name ?? "",
        person,
        here: other !== undefined && this.#circle.here(other),
        size: timeline.header?.member_count ?? 2,
        dissolved: timeline.header?.dissolved ?? false,
        role: timeline.members.get(this.#client.me)?.role ?? "member",
        unread: timeline.unread(this.#client.me),
        last,
        at: timeline.messages.at(-1)?.created_at ?? "",
      })
    }
    return rooms.sort((a, b) => b.at.localeCompare(a.at) || b.id - a.id)
  }
}

function isRoom(timeline: Timeline): boolean {
  return timeline.kind === "direct" || timeline.kind === "group"
}
