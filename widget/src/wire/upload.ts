import { type Api, Fault, answerOf } from "./api"
import { type Clock, realClock } from "./clock"
import type { File as Stored } from "./protocol"

/** One file as it leaves: its bytes, what it is called, and whoever wants to know how far it got. */
export type Parcel = { blob: Blob; name: string; signal: AbortSignal; onSent: (bytes: number) => void }

/** Carries a parcel to the server and brings its answer; rejects when there was none. */
export type Carry = (parcel: Parcel) => Promise<{ status: number; text: string }>

/** Without a byte moving for this long the way counts as lost; the server's own work on a picture fits in. */
const stalled = 60_000

/**
 * One try to bring one file to the server: waiting, sending, then done, failed or cancelled. `run` answers the server's
 * row or throws the Fault; a cancelled one throws a Fault with the code "cancelled".
 */
export class Upload {
  readonly blob: Blob
  readonly name: string
  state: "waiting" | "sending" | "done" | "failed" | "cancelled" = "waiting"
  /** Bytes that left so far. */
  sent = 0
  file: Stored | undefined
  fault: Fault | undefined
  readonly #carry: Carry
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #abort = new AbortController()
  #cancelStall: (() => void) | undefined

  constructor(blob: Blob, name: string, carry: Carry, changed: () => void = () => undefined, clock = realClock) {
    this.blob = blob
    this.name = name
    this.#carry = carry
    this.#changed = changed
    this.#clock = clock
  }

  /** How much of it left, 0 to 1. */
  get share(): number {
    return this.blob.size === 0 ? 0 : Math.min(1, this.sent / this.blob.size)
  }

  async run(): Promise<Stored> {
    this.#to("sending")
    this.#watch()
    try {
      const { status, text } = await this.#carry({
        blob: this.blob,
        name: this.name,
        signal: this.#abort.signal,
        onSent: (bytes) => this.#moved(bytes),
      })
      this.file = answerOf<Stored>(status, text)
      this.#to("done")
      return this.file
    } catch (error) {
      throw this.#failed(error)
    } finally {
      this.#cancelStall?.()
    }
  }

  cancel(): void {
    if (this.state === "done" || this.state === "failed") return
    this.#to("cancelled")
    this.#abort.abort()
  }

  #failed(error: unknown): Fault {
    if (this.state === "cancelled") return new Fault(0, { code: "cancelled", retry: "never" })
    this.fault = error instanceof Fault ? error : new Fault(0, {})
    this.#to("failed")
    return this.fault
  }

  #moved(bytes: number): void {
    if (this.state !== "sending") return
    this.sent = Math.min(bytes, this.blob.size) // the form around the file counts as well
    this.#watch()
    this.#changed()
  }

  #watch(): void {
    this.#cancelStall?.()
    this.#cancelStall = this.#clock.after(stalled, () => this.#abort.abort())
  }

  #to(state: Upload["state"]): void {
    this.state = state
    this.#changed()
  }
}

/** By XMLHttpRequest: fetch does not tell how much of a body has left. */
export function carryTo(api: Api): Carry {
  return ({ blob, name, signal, onSent }) =>
    new Promise((resolve, reject) => {
      const form = new FormData()
      form.append("file", blob, name)
      const request = new XMLHttpRequest()
      request.open("POST", `${api.base}/api/files`)
      for (const [header, value] of Object.entries(api.headers())) request.setRequestHeader(header, value)
      request.upload.onprogress = (event) => onSent(event.loaded)
      request.onload = () => resolve({ status: request.status, text: request.responseText })
      request.onerror = request.onabort = request.ontimeout = () => reject(new Fault(0, {}))
      signal.addEventListener("abort", () => request.abort(), { once: true })
      if (signal.aborted) reject(new Fault(0, {}))
      else request.send(form)
    })
}
