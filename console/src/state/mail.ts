// Whether mail works, as an owner sees it: how it is set up, what waits, what failed and can be tried again.

import type { FailedMail, Mail } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"
import { troubleOf } from "./problem"

export type Tested = { to: string; problem: string }

export class MailRoom {
  readonly #api: ConsoleApi
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #mail = shallowRef<Mail>()
  readonly #failed = shallowRef<FailedMail[]>([])
  readonly #more = shallowRef(false)
  readonly #busy = shallowRef(false)
  readonly #tested = shallowRef<Tested>()

  constructor(api: ConsoleApi) {
    this.#api = api
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  get mail(): Mail | undefined {
    return this.#mail.value
  }

  /** Mails that were given up, newest first. */
  get failed(): FailedMail[] {
    return this.#failed.value
  }

  get more(): boolean {
    return this.#more.value
  }

  get busy(): boolean {
    return this.#busy.value
  }

  /** How the last test went. */
  get tested(): Tested | undefined {
    return this.#tested.value
  }

  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      const [mail, page] = await Promise.all([this.#api.mail(), this.#api.failedMails(0)])
      this.#mail.value = mail
      this.#failed.value = page.mails
      this.#more.value = page.more
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  async older(): Promise<void> {
    const last = this.#failed.value.at(-1)
    if (!last) return
    const page = await this.#api.failedMails(last.id)
    this.#failed.value = [...this.#failed.value, ...page.mails]
    this.#more.value = page.more
  }

  async test(lang: Lang): Promise<void> {
    if (this.busy) return
    this.#busy.value = true
    this.#tested.value = undefined
    try {
      const { to, error } = await this.#api.testMail()
      this.#tested.value = { to, problem: error }
    } catch (error) {
      this.#tested.value = { to: "", problem: troubleOf(error, lang).text }
    } finally {
      this.#busy.value = false
    }
  }

  /** The mail leaves the list: it waits again. */
  async retry(mail: FailedMail): Promise<void> {
    await this.#api.retryMail(mail.id)
    this.#failed.value = this.#failed.value.filter((one) => one.id !== mail.id)
    await this.load()
  }
}
