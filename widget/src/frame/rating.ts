import { Fault, type Rating as Given } from "../wire"

/** What the rating card knows: asking, sending, or thanks, from where it can be changed. */
export class Rating {
  stars: number
  comment: string
  state: "asking" | "sending" | "thanks"
  /** Why it was not taken, in the server's words; empty when there are none. */
  problem: string | undefined
  readonly #rate: (stars: number, comment: string) => Promise<void>

  constructor(given: Given | null | undefined, rate: (stars: number, comment: string) => Promise<void>) {
    this.stars = given?.stars ?? 0
    this.comment = given?.comment ?? ""
    this.state = given ? "thanks" : "asking"
    this.#rate = rate
  }

  /** Arrow keys move within one to five and do not fall off the ends. */
  choose(stars: number): void {
    this.stars = Math.min(5, Math.max(1, stars))
    this.problem = undefined
  }

  change(): void {
    this.state = "asking"
  }

  async send(): Promise<void> {
    if (this.stars === 0 || this.state !== "asking") return
    this.state = "sending"
    this.problem = undefined
    try {
      await this.#rate(this.stars, this.comment.trim())
      this.state = "thanks"
    } catch (error) {
      this.state = "asking"
      this.problem = error instanceof Fault ? error.message : ""
    }
  }
}
