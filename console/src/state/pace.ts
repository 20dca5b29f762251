// Slow mode: in some groups a member sends one message in a while. The server decides; here is when it is worth trying.

import { realClock, type Clock } from "@wire/clock"
import type { Client } from "@wire/client"

/** What is known of one group: the last own message that was seen, when one spoke, and how many ms lie between two. */
type Step = { seq: number; at: number; ms: number }

export class Pace {
  readonly #client: Client
  readonly #clock: Clock
  readonly #steps = new Map<number, Step>()

  constructor(client: Client, clock: Clock = realClock) {
    this.#client = client
    this.#clock = clock
    client.on("conversation", (id) => this.#look(id))
  }

  /** How many ms lie between two of the reader's messages; 0: he need not wait. */
  step(conversation: number): number {
    return this.#look(conversation)?.ms ?? 0
  }

  /** From when on the reader may write again, by this device's clock; 0: at once. */
  until(conversation: number): number {
    const step = this.#look(conversation)
    if (!step?.ms) return 0
    const { outbox, state } = this.#client
    const refused = state.name === "live" ? (outbox.pauses.get(conversation)?.until ?? 0) : 0 // without a line it is the line that is waited for
    const until = Math.max(step.at && step.at + step.ms, refused)
    return until > this.#clock.now() ? until : 0
  }

  /** Takes note of what was said since. What was said while there was no slow mode does not count, as for the server. */
  #look(id: number): Step | undefined {
    const timeline = this.#client.conversations.get(id)
    if (!timeline?.synced || timeline.header?.kind !== "group") return undefined
    const { me, outbox } = this.#client
    const mine = timeline.members.get(me)
    const known = this.#steps.get(id)
    const ms = mine?.role === "member" ? (timeline.header?.slow ?? 0) * 1000 : 0
    if (!ms && !known) return undefined
    const last = timeline.messages.findLast((message) => message.sender_id === me && message.type !== "system")
    const said = known?.ms && last && last.seq > known.seq ? Date.parse(last.created_at) : 0
    const at = Math.min(this.#clock.now(), Math.max(known?.at ?? 0, said, Date.parse(mine?.spoke_at ?? "") || 0))
    const step = { seq: Math.max(known?.seq ?? 0, last?.seq ?? 0), at, ms }
    this.#steps.set(id, step)
    if (known && ms < known.ms) outbox.kick()
    return step
  }
}
