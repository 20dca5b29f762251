import type { Clock } from "./clock"
import type { FileLinks } from "./protocol"

/** Links are renewed this long before they end, so that what follows one still arrives. */
const margin = 60_000
/** Whatever the two clocks think of each other, an answer is used for at least and at most this long. */
const least = 30_000
const most = 9 * 60_000

/** Where files can be fetched from right now: asked for once, kept until shortly before they end, then asked for again. */
export class Links {
  #ask: (file: number) => Promise<FileLinks>
  #clock: Clock
  #kept = new Map<number, { links: FileLinks; until: number }>()
  #asking = new Map<number, Promise<FileLinks>>()

  constructor(ask: (file: number) => Promise<FileLinks>, clock: Clock) {
    this.#ask = ask
    this.#clock = clock
  }

  /** What is known and still good, without asking. */
  now(file: number): FileLinks | undefined {
    const kept = this.#kept.get(file)
    return kept && kept.until > this.#clock.now() ? kept.links : undefined
  }

  /** Good links; several askers share one request, and a failed one is not remembered. */
  get(file: number): Promise<FileLinks> {
    const known = this.now(file)
    if (known) return Promise.resolve(known)
    const asking = this.#asking.get(file) ?? this.#fetch(file)
    this.#asking.set(file, asking)
    return asking
  }

  /** A link did not work: the next `get` asks again. */
  drop(file: number): void {
    this.#kept.delete(file)
  }

  async #fetch(file: number): Promise<FileLinks> {
    try {
      const links = await this.#ask(file)
      const now = this.#clock.now()
      const good = Date.parse(links.expires_at) - now - margin
      this.#kept.set(file, { links, until: now + Math.min(most, Math.max(least, good || 0)) })
      return links
    } finally {
      this.#asking.delete(file)
    }
  }
}
