// "Test this visitor": the server says where somebody would go and to whom, by the very functions that hand out.

import type { Tried, Trial as Visitor } from "@wire/protocol"
import { reactive, shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import { noTrouble, troubleOf, type Trouble } from "./problem"

export type TrialFields = { page: string; locale: string; vip: boolean; returning: boolean; queue: number; last_agent: number }

export class Trial {
  readonly fields: TrialFields = reactive({ page: "", locale: "", vip: false, returning: false, queue: 0, last_agent: 0 })
  readonly #api: ConsoleApi
  readonly #site: number
  readonly #answer = shallowRef<Tried>()
  readonly #busy = shallowRef(false)
  readonly #trouble = shallowRef<Trouble>(noTrouble)
  #asked = 0

  constructor(api: ConsoleApi, site: number) {
    this.#api = api
    this.#site = site
  }

  get answer(): Tried | undefined {
    return this.#answer.value
  }

  get busy(): boolean {
    return this.#busy.value
  }

  get trouble(): Trouble {
    return this.#trouble.value
  }

  /** Asks; of two questions the later one's answer stays. */
  async run(lang: Lang): Promise<void> {
    const mine = ++this.#asked
    this.#busy.value = true
    try {
      const answer = await this.#api.tryVisitor(this.#site, requestOf(this.fields))
      if (mine !== this.#asked) return
      this.#answer.value = answer
      this.#trouble.value = noTrouble
    } catch (error) {
      if (mine !== this.#asked) return
      this.#answer.value = undefined
      this.#trouble.value = troubleOf(error, lang)
    } finally {
      if (mine === this.#asked) this.#busy.value = false
    }
  }
}

/** What is empty is not asked. */
function requestOf(fields: TrialFields): Visitor {
  const typed = { ...fields, page: fields.page.trim() }
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value)) as Visitor
}
