import { type FaqAnswered, type FaqCard, type FaqQuestion, type Message, type VisitorApi, Fault } from "../wire"

type Kept = Pick<VisitorApi, "call">

/** What the site answers at once: its questions, the one under way, and what the visitor thinks of the last answer. */
export class Faq {
  questions: FaqQuestion[] = []
  /** The entry that is being asked. */
  asking = 0
  /** Why it was not answered, in the server's words; empty when there are none. */
  problem: string | undefined
  /** What he said of the answers so far, by message. */
  readonly marks = new Map<number, boolean>()
  readonly #api: Kept
  readonly #newID: () => string
  /** The id of a click whose answer is still out: trying again asks the same. */
  #out: { entry: number; id: string } | undefined

  constructor(api: Kept, newID: () => string) {
    this.#api = api
    this.#newID = newID
  }

  async load(): Promise<void> {
    this.questions = (await this.#api.call<FaqCard>("GET", "/api/live/faq")).questions
  }

  /** Asks one of them; the messages come by themselves. A question goes from the card once it is answered. */
  async ask(entry: number): Promise<void> {
    if (this.asking) return
    if (this.#out?.entry !== entry) this.#out = { entry, id: this.#newID() }
    this.asking = entry
    this.problem = undefined
    try {
      await this.#api.call<FaqAnswered>("POST", `/api/live/faq/${entry}/ask`, { client_msg_id: this.#out.id })
      this.#out = undefined
      this.questions = this.questions.filter(({ id }) => id !== entry)
    } catch (error) {
      this.problem = error instanceof Fault ? error.message : ""
    } finally {
      this.asking = 0
    }
  }

  async mark(answer: Message, useful: boolean): Promise<void> {
    const before = this.marks.get(answer.id)
    this.marks.set(answer.id, useful)
    try {
      await this.#api.call("PUT", `/api/live/faq/${answer.body.entry_id}/useful`, { useful })
    } catch {
      if (before === undefined) this.marks.delete(answer.id)
      else this.marks.set(answer.id, before)
    }
  }
}
