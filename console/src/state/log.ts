// What is here of one conversation's log, without holes. It comes from two sources: the live timeline while one is a member,
// and pages for those who only read. Both are laid over what is there, so becoming a member, or ceasing to be one, never
// empties the screen.

import type { Message } from "@wire/protocol"
import { shallowRef } from "vue"
import { countTo } from "./stretch"

export class Log {
  readonly #messages = shallowRef<Message[]>([])
  readonly #more = shallowRef(false)

  get messages(): Message[] {
    return this.#messages.value
  }

  /** Whether there is history above that is not here. */
  get more(): boolean {
    return this.#more.value
  }

  has(seq: number): boolean {
    const found = this.messages[countTo(this.messages, seq) - 1]
    return found?.seq === seq && !found.hidden
  }

  /** Lays a newer stretch over what is here; what is above stays when nothing is missing in between, else `more` tells of it. */
  lay(list: Message[], more: () => boolean): void {
    const first = list[0]?.seq
    if (first === undefined) {
      if (this.messages.length === 0) this.#more.value = more()
      return
    }
    const above = this.messages.slice(0, countTo(this.messages, first - 1))
    const joins = above.at(-1)?.seq === first - 1
    const starts = this.messages[0]?.seq === first
    this.#messages.value = joins ? [...above, ...list] : list
    if (!joins && !starts) this.#more.value = more()
  }

  /** Takes what was said, or said otherwise; false when something before it is missing. */
  join(messages: readonly Message[]): boolean {
    const list = [...this.messages]
    for (const message of messages) {
      const at = countTo(list, message.seq) - 1
      const known = list[at]
      if (known?.seq === message.seq) list[at] = known.version < message.version ? message : known
      else if (message.seq === (list.at(-1)?.seq ?? 0) + 1) list.push(message)
      else if (message.seq > (list[0]?.seq ?? 0)) return false
    }
    this.#messages.value = list
    return true
  }

  /** Puts a page above what begins with a seq; false when it does not begin there any more. */
  above(first: number, page: { messages: Message[]; more: boolean }): boolean {
    if (this.messages[0]?.seq !== first) return false
    this.#messages.value = [...page.messages.filter((m) => m.seq < first), ...this.messages]
    this.#more.value = page.more
    return true
  }

  /** Drops what stands before a seq: it was cleared. */
  from(seq: number): void {
    if ((this.messages[0]?.seq ?? seq) < seq) this.#messages.value = this.messages.filter((m) => m.seq >= seq)
  }
}
