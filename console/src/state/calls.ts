// Whether this browser calls an agent who is not looking: what the browser allows, what he chose, what the server knows.

import type { PushDevice } from "@wire/protocol"
import { shallowRef } from "vue"
import type { ConsoleApi } from "./api"
import type { Shelf } from "./drafts"

/** What an agent is shown; `ticket` is where a press leads. */
export type CallNotice = { ticket: number; title: string; text: string; lang: string }

/** What the state needs of a browser. */
export interface Bell {
  /** Browsers offer nothing of this to pages without a secure address. */
  readonly supported: boolean
  readonly permission: NotificationPermission
  /** Only after a press: browsers punish pages that ask unasked. */
  ask(): Promise<NotificationPermission>
  /** Subscribes with the server's key, anew when it was another one's. */
  subscribe(key: string): Promise<PushDevice>
  unsubscribe(): Promise<void>
  show(notice: CallNotice): Promise<void>
}

export type CallState = "unsupported" | "denied" | "off" | "on"

export class Calls {
  readonly #api: ConsoleApi
  readonly #bell: Bell
  readonly #shelf: Shelf
  readonly #key: string
  readonly #state = shallowRef<CallState>("off")
  readonly #busy = shallowRef(false)
  readonly #failed = shallowRef(false)

  constructor(api: ConsoleApi, bell: Bell, shelf: Shelf, me: number) {
    this.#api = api
    this.#bell = bell
    this.#shelf = shelf
    this.#key = `ichat:calls:${me}`
    this.#state.value = this.#resting()
  }

  get state(): CallState {
    return this.#state.value
  }

  get busy(): boolean {
    return this.#busy.value
  }

  /** The last try did not work: the browser did not reach its push service, or the server was not reached. */
  get failed(): boolean {
    return this.#failed.value
  }

  /** Who chose it once in this browser has it again after a new sign-in: the server forgets with the sign-in. */
  async resume(): Promise<void> {
    if (this.#shelf.get(this.#key) && this.#bell.permission === "granted") await this.#run(() => this.#register())
  }

  async turnOn(): Promise<void> {
    await this.#run(async () => {
      if ((await this.#bell.ask()) === "granted") await this.#register()
      else this.#state.value = this.#resting()
    })
  }

  async turnOff(): Promise<void> {
    await this.#run(async () => {
      this.#shelf.remove(this.#key)
      await this.#api.dropDevice()
      this.#state.value = this.#resting()
      await this.#bell.unsubscribe()
    })
  }

  /** Tells what happened in a page that is connected and not looked at. */
  async tell(notice: CallNotice): Promise<void> {
    if (this.state === "on") await this.#bell.show(notice)
  }

  async #register(): Promise<void> {
    const { key } = await this.#api.pushKey()
    await this.#api.putDevice(await this.#bell.subscribe(key))
    this.#shelf.set(this.#key, "on")
    this.#state.value = "on"
  }

  async #run(act: () => Promise<void>): Promise<void> {
    if (this.busy || this.state === "unsupported") return
    this.#busy.value = true
    this.#failed.value = false
    try {
      await act()
    } catch {
      this.#failed.value = true
    } finally {
      this.#busy.value = false
    }
  }

  #resting(): CallState {
    if (!this.#bell.supported) return "unsupported"
    return this.#bell.permission === "denied" ? "denied" : "off"
  }
}
