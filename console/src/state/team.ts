// The people who answer for one site, as their owner sees and changes them.

import type { MemberApi } from "@wire/api_member"
import type { Agent } from "@wire/protocol"
import { shallowRef, triggerRef } from "vue"
import type { Lang } from "../text/words"
import type { Loaded } from "./desk"
import { noTrouble, troubleOf, type Trouble } from "./problem"

/** mailed: the link is on its way by mail, too. */
export type Invitation = { name: string; link: string; mailed: boolean }
export type AgentChange = Partial<Pick<Agent, "cap" | "languages" | "role" | "disabled">>

/** The server's bounds. */
export const mostCap = 100

/** Languages as somebody types them: en, zh-CN. */
export function languagesIn(text: string): string[] {
  return text.split(/[\s,，、;；]+/).filter(Boolean)
}

export class Team {
  readonly #api: MemberApi
  readonly #site: number
  readonly #agents = shallowRef<Agent[]>([])
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #troubles = shallowRef(new Map<number, Trouble>())

  constructor(api: MemberApi, site: number) {
    this.#api = api
    this.#site = site
  }

  get agents(): Agent[] {
    return this.#agents.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** What was refused last for one person; beside his row. */
  trouble(person: number): Trouble {
    return this.#troubles.value.get(person) ?? noTrouble
  }

  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      this.#agents.value = (await this.#api.agents(this.#site)).agents
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  async change(person: number, change: AgentChange, lang: Lang): Promise<boolean> {
    return this.#try(person, lang, async () => this.#put(await this.#api.updateAgent(this.#site, person, change)))
  }

  /** Invites somebody new; refusals are the caller's to show. */
  async add(agent: { name: string; email: string; role: Agent["role"] }): Promise<Invitation> {
    const answer = await this.#api.addAgent(this.#site, { ...agent, name: agent.name.trim(), email: agent.email.trim() })
    this.#put(answer.agent)
    return { name: answer.agent.person.name, link: answer.link, mailed: answer.mailed }
  }

  /** A new link for somebody who was invited before. */
  async again(agent: Agent, lang: Lang): Promise<Invitation | undefined> {
    let made = { link: "", mailed: false }
    const done = await this.#try(agent.person.id, lang, async () => void (made = await this.#api.invite(this.#site, agent.person.id)))
    return done ? { name: agent.person.name, ...made } : undefined
  }

  async #try(person: number, lang: Lang, act: () => Promise<void>): Promise<boolean> {
    try {
      await act()
      this.#troubles.value.delete(person)
      return true
    } catch (error) {
      this.#troubles.value.set(person, troubleOf(error, lang))
      return false
    } finally {
      triggerRef(this.#troubles)
    }
  }

  #put(agent: Agent): void {
    const known = this.#agents.value.some((a) => a.person.id === agent.person.id)
    this.#agents.value = known ? this.#agents.value.map((a) => (a.person.id === agent.person.id ? agent : a)) : [...this.#agents.value, agent]
  }
}
