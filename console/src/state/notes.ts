// The internal notes of one conversation, which only people with a role on the site see. They are no messages of the
// conversation: read by page, pushed as `note` frames, written with a client id so that a retry never doubles one.

import { Fault } from "@wire/api"
import type { Message, MessagePage, Person } from "@wire/protocol"
import { shallowRef, triggerRef } from "vue"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"
import { newId } from "./ids"

export type Note = { key: string; sender: number; text: string; whisper: boolean; at: string; state: "sent" | "sending" | "failed"; reason: string }
export type NoteFrame = { ticket_id: number; message: Message }

export class Notes {
  readonly #api: ConsoleApi
  readonly #me: number
  readonly #ticket: () => number
  readonly #placed = shallowRef<Message[]>([])
  /** Own notes without an answer yet, oldest first. */
  readonly #mine = shallowRef<Note[]>([])
  readonly #more = shallowRef(false)
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #onPeople: (people: Person[]) => void
  readonly #now: () => number

  constructor(api: ConsoleApi, me: number, ticket: () => number, onPeople: (people: Person[]) => void, now = Date.now) {
    this.#api = api
    this.#me = me
    this.#ticket = ticket
    this.#onPeople = onPeople
    this.#now = now
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** Those since a moment, in the order they were written; older ones belong to history that is not shown yet. */
  since(at: string): Note[] {
    const placed = this.#placed.value.filter((m) => m.created_at >= at).map((m) => ({ key: keyOf(m), sender: m.sender_id, text: m.body.text ?? "", whisper: m.type === "whisper", at: m.created_at, state: "sent" as const, reason: "" }))
    return [...placed, ...this.#mine.value]
  }

  /** Reads the newest page; what was pushed meanwhile stays. */
  async load(): Promise<void> {
    try {
      this.#take(await this.#api.notes(this.#ticket()), this.#loaded.value !== "ready")
      this.#loaded.value = "ready"
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  /** Reads pages until they reach back to a moment. */
  async reach(at: string): Promise<void> {
    for (let first = this.#placed.value[0]; this.#more.value && first && first.created_at > at; first = this.#placed.value[0]) {
      try {
        this.#take(await this.#api.notesBefore(this.#ticket(), first.seq), true)
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        return // they come with the next page of messages
      }
    }
  }

  /** A note was pushed. */
  apply(message: Message): void {
    this.#place([message])
  }

  /** Writes a note; a whisper is for those who have the ticket, and who leads, alone. */
  async write(text: string, whisper = false): Promise<void> {
    const clean = text.trim()
    if (!clean) return
    const note: Note = { key: newId(), sender: this.#me, text: clean, whisper, at: new Date(this.#now()).toISOString(), state: "sending", reason: "" }
    this.#mine.value = [...this.#mine.value, note]
    await this.#post(note)
  }

  async retry(key: string): Promise<void> {
    const note = this.#mine.value.find((n) => n.key === key && n.state === "failed")
    if (note) await this.#post(this.#show({ ...note, state: "sending", reason: "" }))
  }

  discard(key: string): void {
    this.#mine.value = this.#mine.value.filter((n) => n.key !== key || n.state === "sending")
  }

  async #post(note: Note): Promise<void> {
    try {
      const sent = { client_msg_id: note.key, text: note.text }
      this.#place([await (note.whisper ? this.#api.whisper(this.#ticket(), sent) : this.#api.addNote(this.#ticket(), sent))])
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (this.#mine.value.some((n) => n.key === note.key)) this.#show({ ...note, state: "failed", reason: error.message })
    }
  }

  #show(note: Note): Note {
    this.#mine.value = this.#mine.value.map((n) => (n.key === note.key ? note : n))
    return note
  }

  #take(page: MessagePage, tellsMore: boolean): void {
    this.#onPeople(page.people)
    if (tellsMore) this.#more.value = page.more
    this.#place(page.messages)
  }

  /** One row each by id, the higher version wins; an own note that was answered leaves those on their way. */
  #place(messages: Message[]): void {
    const byId = new Map(this.#placed.value.map((m) => [m.id, m]))
    for (const m of messages) if ((m.type === "text" || m.type === "whisper") && (byId.get(m.id)?.version ?? -1) < m.version) byId.set(m.id, m)
    this.#placed.value = [...byId.values()].sort((a, b) => a.seq - b.seq)
    const answered = new Set(messages.filter((m) => m.sender_id === this.#me).map((m) => m.client_msg_id))
    this.#mine.value = this.#mine.value.filter((n) => !answered.has(n.key))
    triggerRef(this.#placed)
  }
}

/** An own note keeps its key from the first moment to the server's row. */
function keyOf(message: Message): string {
  return message.client_msg_id || `m${message.id}`
}
