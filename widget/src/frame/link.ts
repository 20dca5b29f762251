import type { FromHost, ToFrame, ToHost } from "../port"

/** The frame's end of the port to the host page; standing alone there is none, and the page counts as open. */
export class Link {
  readonly embedded: boolean
  open: boolean
  /** The address of the host page, as it was when it last spoke. */
  page: string | undefined
  #port: MessagePort | undefined
  #hostFocused = false
  #heard: ((said: ToFrame["t"]) => void) | undefined
  #early: ToFrame["t"][] = []

  constructor(parentOrigin: string | null) {
    this.embedded = window.parent !== window
    this.open = !this.embedded
    if (!this.embedded) return
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || event.origin !== parentOrigin || event.data !== "ichat") return
      this.#port = event.ports[0]
      if (this.#port) this.#port.onmessage = (said: MessageEvent<FromHost>) => this.#hear(said.data)
    })
  }

  /** Whether somebody looks at the messages now. */
  get watched(): boolean {
    return this.open && document.visibilityState === "visible" && (this.#hostFocused || document.hasFocus())
  }

  /** Also told what the host page said before there was anybody to hear it. */
  onHeard(then: (said: ToFrame["t"]) => void): void {
    this.#heard = then
    for (const said of this.#early.splice(0)) then(said)
  }

  say(said: ToHost): void {
    this.#port?.postMessage(said)
  }

  #hear(said: FromHost): void {
    this.page = said.page
    if (said.t === "open" || said.t === "close") this.open = said.t === "open"
    if (said.t === "focus") this.#hostFocused = said.on
    if (this.#heard) this.#heard(said.t)
    else this.#early.push(said.t)
  }
}
