// What people say to each other: direct conversations and groups. The list is made of the protocol client's
// timelines, so it is live by itself; what is done here is asked of the server, and what it changes comes back as pushes.

import type { Client } from "@wire/client"
import type { Header, Member, Message, Person } from "@wire/protocol"
import type { Timeline } from "@wire/timeline"
import { computed, shallowRef, triggerRef } from "vue"
import type { ConsoleApi } from "./api"
import { newId } from "./ids"
import { RoomTalk } from "./room"

export type Room = {
  id: number
  kind: "direct" | "group"
  name: string
  avatar: string
  /** The other one of a direct conversation. */
  person: Person | undefined
  /** Of a direct conversation: whether the other one is there. */
  here: boolean
  size: number
  dissolved: boolean
  header: Header | undefined
  /** What the reader is in it. */
  role: Member["role"]
  pinned: boolean
  muted: boolean
  /** Something new names the reader. */
  mentioned: boolean
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
  readonly #forwards: boolean
  readonly #shown = shallowRef(false)
  readonly #selected = shallowRef(0)
  readonly #talk = shallowRef<RoomTalk>()
  readonly #gone = shallowRef(0)
  readonly #tick = shallowRef(0)
  readonly #next = shallowRef<string>()
  readonly #rows = computed(() => this.#list())
  /** Whether the server has told what there is; before that nothing is known to be gone. */
  #level = false

  /** `forwards`: texts may be passed on from one conversation to another. */
  constructor(api: ConsoleApi, client: Client, circle: Circle, forwards = false) {
    this.#forwards = forwards
    this.#api = api
    this.#client = client
    this.#circle = circle
    client.on("conversation", () => triggerRef(this.#tick))
    client.on("list", () => this.#moved())
    client.on("synced", () => {
      if (this.#level) return
      this.#level = true
      this.#moved()
    })
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

  /** The open conversation that went away last: left, dissolved for good, or taken. */
  get gone(): number {
    return this.#gone.value
  }

  /** Pinned ones first, then those something was said in last. */
  get rows(): Room[] {
    return this.#rows.value
  }

  /** What is new in all that are not muted. */
  get unread(): number {
    return this.rows.reduce((sum, room) => sum + (room.muted ? 0 : room.unread), 0)
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
    this.#talk.value = known && new RoomTalk(this.#api, this.#client, id, this.#forwards)
  }

  /** Opens the one conversation with somebody. */
  async write(person: number): Promise<void> {
    await this.#enter((await this.#api.direct(person)).id)
  }

  /** The id of the one conversation with somebody, which is here then. One that is here already need not be asked for. */
  async direct(person: number): Promise<number> {
    const known = this.rows.find((room) => room.person?.id === person)
    if (known) return known.id
    const { id } = await this.#api.direct(person)
    await this.#fetch(id)
    return id
  }

  /** Brings a conversation here that one has just come into. */
  async bring(id: number): Promise<void> {
    await this.#fetch(id)
  }

  /** Counts everything in it as read, without opening it. */
  markRead(id: number): void {
    this.#client.display(id)
    this.#client.display(0)
    this.#talk.value?.lookOn()
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
    await this.#fetch(id)
    this.select(id)
  }

  async #fetch(id: number): Promise<void> {
    if (!this.#timeline(id)) await this.#client.sync()
    if (!this.#timeline(id)) await this.older() // an old one, below what a sync covers
  }

  /** Conversations came or went. */
  #moved(): void {
    triggerRef(this.#tick)
    const id = this.#selected.value
    if (!id) return
    if (!this.#timeline(id)) {
      if (!this.#level) return
      this.select(0)
      this.#gone.value = id
    } else if (!this.#talk.value) this.select(id)
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
        avatar: timeline.header?.avatar ?? "",
        header: timeline.header,
        person,
        here: other !== undefined && this.#circle.here(other),
        size: timeline.header?.member_count ?? 2,
        dissolved: timeline.header?.dissolved ?? false,
        role: timeline.members.get(this.#client.me)?.role ?? "member",
        pinned: false,
        muted: false,
        mentioned: timeline.unread(this.#client.me) > 0 && timeline.messages.some((m) => m.seq > (timeline.members.get(this.#client.me)?.read ?? 0) && m.sender_id !== this.#client.me && !m.recalled && mentions(m, this.#client.me)),
        unread: timeline.unread(this.#client.me),
        last,
        at: timeline.messages.at(-1)?.created_at ?? "",
      })
    }
    return rooms.sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.at.localeCompare(a.at) || b.id - a.id)
  }
}

/** mentions tells whether a message names somebody, alone or with all. */
export function mentions({ body }: Message, person: number): boolean {
  return body.mention_all === true || (body.mentions?.includes(person) ?? false)
}

function isRoom(timeline: Timeline): boolean {
  return timeline.kind === "direct" || timeline.kind === "group"
}
