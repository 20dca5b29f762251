import type { Clock } from "./clock"
import type { Item } from "./outbox"
import type { ConversationSync, Cursor, Header, Member, Message, MessagePage } from "./protocol"

/** How far an own message got. */
export type Mark = "sending" | "sent" | "delivered" | "read" | "failed"

/** A line of the conversation: placed by the server, or still ours. */
export type Row = { key: string; message: Message; placed: true } | { key: string; item: Item; placed: false }

/** One change of one conversation, as pushed or as an ack. */
export type Change = { version: number; message?: Message | null; members?: Member[]; header?: Header }

/** How long an early change may wait for the one before it. */
const holdFor = 500

/** The size up to which everybody sees how far everybody has read. */
const crowd = 100

/**
 * One conversation as this client knows it. Changes are applied in version order: the next one is applied, an old one
 * ignored, an early one held half a second; then `onGap` asks for what is missing.
 */
export class Timeline {
  readonly id: number
  /** What the conversation is: a group has a name and a size. */
  header: Header | undefined
  /** When something was said in it last, as of the last sync. */
  saidAt: string | undefined
  version = 0
  seq = 0
  /** False until the server's first sync answer: pushes alone do not tell who is in it. */
  synced = false
  messages: Message[] = []
  members = new Map<number, Member>()
  #clock: Clock
  #onGap: (conversation: number) => void
  #held: Change[] = []
  /** How far people got who are not known to be here yet. */
  #early = new Map<number, Cursor>()
  #cancelHold: (() => void) | undefined
  #bottom = false

  constructor(id: number, clock: Clock, onGap: (conversation: number) => void) {
    this.id = id
    this.#clock = clock
    this.#onGap = onGap
  }

  apply(change: Change): "applied" | "ignored" | "held" {
    if (this.synced && change.version < this.version) return "ignored"
    if (!this.synced || change.version > this.version + 1) {
      this.#held.push(change)
      this.#cancelHold ??= this.#clock.after(holdFor, () => {
        this.#cancelHold = undefined
        this.#onGap(this.id)
      })
      return "held"
    }
    this.#take(change)
    this.#release()
    return "applied"
  }

  applySync(sync: ConversationSync): void {
    if (sync.reset) {
      this.messages = []
      this.members.clear()
      this.version = 0
      this.seq = 0
      this.#bottom = false
    }
    this.header = sync
    this.saidAt = sync.last_at
    this.synced = true
    this.seq = Math.max(this.seq, sync.seq)
    for (const member of sync.members) this.#seat(member)
    for (const message of sync.messages) this.#place(message)
    for (const cursor of sync.cursors) this.cursor(cursor)
    this.version = Math.max(this.version, sync.version)
    this.#release()
  }

  /** Older messages, as paged. */
  prepend(page: MessagePage): void {
    const first = this.messages[0]?.seq ?? Infinity
    // At once: one by one, each would be a walk through all there is.
    this.messages = [...page.messages.filter((message) => message.seq < first), ...this.messages]
    this.#bottom = !page.more
  }

  /** Whether there are messages above the first one here. */
  more(me: number): boolean {
    const first = this.messages[0]
    return !this.#bottom && first !== undefined && first.seq > Math.max(1, this.members.get(me)?.join_seq ?? 1)
  }

  /** Moves a cursor forward; false when it stood there or further. That of somebody who is yet to be told of waits for him. */
  cursor(cursor: Cursor): boolean {
    const member = this.members.get(cursor.person_id)
    if (!member) {
      this.#early.set(cursor.person_id, further(cursor, this.#early.get(cursor.person_id)))
      return false
    }
    const moved = further(member, cursor)
    if (moved.read === member.read && moved.received === member.received) return false
    this.members.set(member.person_id, moved)
    return true
  }

  /** The sum the server compares with to see missed cursors. */
  reads(me: number): number {
    let sum = 0
    const alone = (this.header?.member_count ?? 0) > crowd
    for (const member of this.members.values()) if (!member.left && (!alone || member.person_id === me)) sum += member.read + member.received
    return sum
  }

  unread(me: number): number {
    const mine = this.members.get(me)
    if (!mine || mine.left) return 0
    const first = this.messages[0]?.seq ?? this.seq + 1
    const from = Math.max(mine.read + 1, mine.join_seq)
    const unloaded = Math.max(0, first - from)
    const since = this.messages.slice(this.messages.findLastIndex((m) => m.seq < from) + 1)
    return unloaded + since.filter((m) => m.sender_id !== me && m.type !== "system" && !m.recalled).length
  }

  mark(message: Message): Mark {
    let mark: Mark = "sent"
    for (const member of this.members.values()) {
      if (member.person_id === message.sender_id) continue
      if (member.read >= message.seq) return "read"
      if (member.received >= message.seq) mark = "delivered"
    }
    return mark
  }

  /** Everything to show: the log, then own messages that are not in it yet, matched by client_msg_id only. */
  rows(me: number, items: readonly Item[]): Row[] {
    const placed = new Set(this.messages.filter((m) => m.sender_id === me).map((m) => m.client_msg_id))
    const top = this.messages.at(-1)?.seq ?? 0
    const rows: Row[] = this.messages.map((message) => ({ key: keyOf(message, me), message, placed: true }))
    for (const item of items) {
      if (placed.has(item.client_msg_id)) continue
      if (item.message && item.message.seq <= top) continue // answered long ago and above the loaded part
      rows.push({ key: item.client_msg_id, item, placed: false })
    }
    return rows
  }

  /** Forgets what came early: of another life of the database its versions mean nothing. */
  close(): void {
    this.#cancelHold?.()
    this.#cancelHold = undefined
    this.#held = []
    this.#early.clear()
  }

  /** Rows carry versions of their own, so the second row of one version, or a row seen before, is taken safely. */
  #take(change: Change): void {
    this.version = change.version
    if (change.header) this.header = change.header
    for (const member of change.members ?? []) this.#seat(member)
    if (change.message) this.#place(change.message)
  }

  #release(): void {
    const held = this.#held.sort((a, b) => a.version - b.version)
    this.#held = []
    for (const change of held) {
      if (change.version > this.version + 1) this.#held.push(change)
      else if (change.version >= this.version) this.#take(change)
    }
    if (this.#held.length === 0) {
      this.#cancelHold?.()
      this.#cancelHold = undefined
    }
  }

  #seat(member: Member): void {
    const known = this.members.get(member.person_id)
    const newer = known && known.version > member.version ? further(known, member) : further(member, known)
    this.members.set(member.person_id, further(newer, this.#early.get(member.person_id)))
    this.#early.delete(member.person_id)
  }

  /** A change of something above what is here is left to paging: it would hide what lies between. */
  #place(message: Message, above = false): void {
    this.seq = Math.max(this.seq, message.seq)
    let at = this.messages.length
    while (at > 0 && this.messages[at - 1]!.seq > message.seq) at--
    if (at === 0 && this.messages.length > 0 && !above) return
    const same = this.messages[at - 1]
    const list = this.messages.slice() // a new array, so that views see the change
    if (same?.seq !== message.seq) list.splice(at, 0, message)
    else if (message.version >= same.version) list[at - 1] = message
    this.messages = list
  }
}

/** A cursor, as far as it or the other got; what is read was received. */
function further<C extends Pick<Cursor, "read" | "received">>(cursor: C, other: Pick<Cursor, "read" | "received"> = cursor): C {
  const read = Math.max(cursor.read, other.read)
  return { ...cursor, read, received: Math.max(cursor.received, other.received, read) }
}

/** Own lines keep their key from the first keystroke to the server's row, so nothing flickers. */
function keyOf(message: Message, me: number): string {
  return message.sender_id === me && message.client_msg_id ? message.client_msg_id : `m${message.id}`
}
