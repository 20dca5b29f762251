// What people say to each other: direct conversations and groups. The list is made of the protocol client's
// timelines, so it is live by itself; what is done here is asked of the server, and what it changes comes back as pushes.

import type { Client } from "@wire/client"
import type { Clock } from "@wire/clock"
import type { Header, Kept, Member, Message, Person } from "@wire/protocol"
import type { Timeline } from "@wire/timeline"
import { computed, shallowRef, triggerRef } from "vue"
import type { ConsoleApi } from "./api"
import { newId } from "./ids"
import type { Keeping } from "./keeping"
import { Pace } from "./pace"
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
  /** How far it has come. */
  seq: number
  /** What one keeps for oneself: there is nobody else in it. */
  saved: boolean
  pinned: boolean
  /** What one wants to be told of it. */
  notify: Kept["notify"]
  muted: boolean
  /** Marked as unread by the reader himself. */
  marked: boolean
  /** Out of the list until something new comes. */
  hidden: boolean
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
  readonly #keeping: Keeping | undefined
  readonly #pace: Pace
  readonly #all = computed(() => this.#list())
  readonly #rows = computed(() => this.#all.value.filter((room) => !room.hidden || room.id === this.#selected.value))
  /** Whether the server has told what there is; before that nothing is known to be gone. */
  #level = false

  /** `forwards`: texts may be passed on from one conversation to another. Without `keeping` all are kept alike. */
  constructor(api: ConsoleApi, client: Client, circle: Circle, forwards = false, keeping?: Keeping, clock?: Clock) {
    this.#keeping = keeping
    this.#pace = new Pace(client, clock)
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

  /** Hidden ones, too. */
  get all(): Room[] {
    return this.#all.value
  }

  /** What is new in all that are not muted, and where one is told of mentions only, that there is one. */
  get unread(): number {
    return this.rows.reduce((sum, room) => sum + (room.muted ? Number(room.notify === "mentions" && room.mentioned) : room.unread || Number(room.marked)), 0)
  }

  /** Whether there may be older ones that are not here yet. */
  get more(): boolean {
    return this.#next.value !== ""
  }

  room(id: number): Room | undefined {
    return this.all.find((room) => room.id === id)
  }

  show(shown: boolean): void {
    this.#shown.value = shown
  }

  /** Opens a conversation that is here; 0 closes what is open. */
  select(id: number): void {
    const known = this.#timeline(id)
    if (known && this.#talk.value?.conversation === id) return
    this.#talk.value?.leave()
    if (known) this.#keeping?.opened(id)
    this.#selected.value = id // an address may come before the first sync
    this.#talk.value = known && new RoomTalk(this.#api, this.#client, id, this.#pace, this.#forwards)
  }

  /** Opens the one conversation with somebody. */
  async write(person: number): Promise<void> {
    await this.#enter((await this.#api.direct(person)).id)
  }

  /** The id of the one conversation with somebody, which is here then. One that is here already need not be asked for. */
  async direct(person: number): Promise<number> {
    const known = this.all.find((room) => room.person?.id === person)
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
    this.#keeping?.opened(id)
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

  #room(timeline: Timeline): Room {
    const me = this.#client.me
    const { id, header } = timeline
    const mine = timeline.members.get(me)
    const read = mine?.read ?? 0
    const other = header?.kind === "direct" ? [...timeline.members.keys()].find((one) => one !== me) : undefined
    const person = other === undefined ? undefined : this.#client.people.get(other)
    const kept = this.#keeping?.of(id)
    const unread = timeline.unread(me)
    const notify = kept?.notify ?? "all"
    return {
      id,
      kind: header?.kind as Room["kind"],
      name: person?.name ?? header?.name ?? "",
      avatar: header?.avatar ?? "",
      header,
      person,
      here: other !== undefined && this.#circle.here(other),
      size: header?.member_count ?? 2,
      dissolved: header?.dissolved ?? false,
      role: mine?.role ?? "member",
      seq: timeline.seq,
      saved: header?.kind === "direct" && other === undefined,
      pinned: kept?.pinned ?? false,
      notify,
      muted: notify !== "all",
      marked: kept?.marked ?? false,
      hidden: timeline.seq < (kept?.hidden_below ?? 0),
      mentioned: unread > 0 && ((this.#keeping?.mention(id) ?? 0) > read || timeline.messages.some((m) => m.seq > read && m.sender_id !== me && !m.recalled && mentions(m, me))),
      unread,
      last: timeline.messages.findLast((m) => !m.recalled),
      at: timeline.messages.at(-1)?.created_at ?? timeline.saidAt ?? "", // what was cleared keeps its place
    }
  }

  #list(): Room[] {
    this.#tick.value
    const rooms: Room[] = []
    for (const timeline of this.#client.conversations.values()) {
      if (!timeline.synced || !isRoom(timeline)) continue
      rooms.push(this.#room(timeline))
    }
    return rooms.sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.at.localeCompare(a.at) || b.id - a.id)
  }
}

/** mentions tells whether a message names somebody, alone or with all. */
export function mentions({ body }: Message, person: number): boolean {
  return body.mention_all === true || (body.mentions?.includes(person) ?? false)
}

function isRoom(timeline: Timeline): boolean {
  return timeline.header?.kind === "direct" || timeline.header?.kind === "group"
}
