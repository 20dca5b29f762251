// The questions and answers of a site, what visitors asked in vain, and its bot, as those who lead the site see and change them.

import type { Bot, FaqEntry, FaqTrial, UnknownQuestion } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import type { Loaded } from "./desk"
import { noTrouble, troubleOf, type Trouble } from "./problem"

/** An entry as it is typed: lists are a line each. */
export type EntryDraft = { id: number; question: string; alternatives: string; keywords: string; answer: string; language: FaqEntry["language"]; shown: boolean }

/** A bot as it is typed. The key is only ever written: empty leaves it as it is. */
export type BotDraft = { on: boolean; name: string; tries: number; words: string; model_on: boolean; url: string; model: string; instructions: string; key: string; most_day: number; most_talk: number }

export function draftOf(entry?: FaqEntry, question = ""): EntryDraft {
  if (!entry) return { id: 0, question, alternatives: "", keywords: "", answer: "", language: "", shown: true }
  return { ...entry, alternatives: entry.alternatives.join("\n"), keywords: entry.keywords.join("\n") }
}

export function botDraftOf(bot: Bot): BotDraft {
  const { on, url, model, instructions, most_day, most_talk } = bot.endpoint
  return { on: bot.on, name: bot.name, tries: bot.tries, words: bot.words.join("\n"), model_on: on, url, model, instructions, key: "", most_day, most_talk }
}

function lines(text: string): string[] {
  return text.split(/\n|，|,|；|;/).map((line) => line.trim()).filter(Boolean)
}

export class FaqRoom {
  readonly #api: ConsoleApi
  readonly #path: string
  readonly #entries = shallowRef<FaqEntry[]>([])
  readonly #unknown = shallowRef<UnknownQuestion[]>([])
  readonly #bot = shallowRef<Bot>()
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #trouble = shallowRef<Trouble>(noTrouble)

  constructor(api: ConsoleApi, site: number) {
    this.#api = api
    this.#path = `/api/admin/sites/${site}`
  }

  get entries(): FaqEntry[] {
    return this.#entries.value
  }

  get unknown(): UnknownQuestion[] {
    return this.#unknown.value
  }

  get bot(): Bot | undefined {
    return this.#bot.value
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** Why the last thing that was saved was refused. */
  get trouble(): Trouble {
    return this.#trouble.value
  }

  forgive(): void {
    this.#trouble.value = noTrouble
  }

  /** The entries in which a text stands somewhere. */
  find(text: string): FaqEntry[] {
    const wanted = text.trim().toLowerCase()
    if (!wanted) return this.entries
    return this.entries.filter((e) => [e.question, e.answer, ...e.alternatives, ...e.keywords].some((words) => words.toLowerCase().includes(wanted)))
  }

  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      const [faq, unknown, bot] = await Promise.all([
        this.#api.call<{ entries: FaqEntry[] }>("GET", `${this.#path}/faq`),
        this.#api.call<{ unknown: UnknownQuestion[] }>("GET", `${this.#path}/unknown`),
        this.#api.call<Bot>("GET", `${this.#path}/bot`),
      ])
      this.#entries.value = faq.entries
      this.#unknown.value = unknown.unknown
      this.#bot.value = bot
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  /** Adds or changes an entry; false when it was refused. */
  save(draft: EntryDraft, lang: Lang): Promise<boolean> {
    const { id, question, answer, language, shown } = draft
    const body = { question, answer, language, shown, alternatives: draft.alternatives.split("\n").filter((line) => line.trim()), keywords: lines(draft.keywords) }
    return this.#try(lang, async () => {
      const saved = await this.#api.call<FaqEntry>(id ? "PATCH" : "POST", id ? `${this.#path}/faq/${id}` : `${this.#path}/faq`, body)
      this.#entries.value = id ? this.entries.map((e) => (e.id === id ? saved : e)) : [...this.entries, saved]
    })
  }

  /** Refusals of what follows are the caller's to show. */
  async remove(id: number): Promise<void> {
    await this.#api.call("DELETE", `${this.#path}/faq/${id}`)
    this.#entries.value = this.entries.filter((e) => e.id !== id)
  }

  /** Moves an entry up or down; the order shows at once and goes back when it is refused. */
  async move(id: number, by: -1 | 1): Promise<void> {
    const before = this.entries
    const at = before.findIndex((e) => e.id === id)
    const to = at + by
    if (at < 0 || to < 0 || to >= before.length) return
    const after = [...before]
    after.splice(to, 0, ...after.splice(at, 1))
    this.#entries.value = after
    try {
      this.#entries.value = (await this.#api.call<{ entries: FaqEntry[] }>("PUT", `${this.#path}/faq/order`, { order: after.map((e) => e.id) })).entries
    } catch (error) {
      this.#entries.value = before
      throw error
    }
  }

  async dismiss(id: number): Promise<void> {
    await this.#api.call("DELETE", `${this.#path}/unknown/${id}`)
    this.#unknown.value = this.unknown.filter((u) => u.id !== id)
  }

  saveBot(draft: BotDraft, lang: Lang): Promise<boolean> {
    const { url, model, instructions, most_day, most_talk, key } = draft
    const endpoint = { on: draft.model_on, url, model, instructions, most_day, most_talk, ...(key ? { key } : {}) }
    const body = { on: draft.on, name: draft.name, tries: draft.tries, words: lines(draft.words), endpoint }
    return this.#try(lang, async () => {
      this.#bot.value = await this.#api.call<Bot>("PATCH", `${this.#path}/bot`, body)
    })
  }

  ask(question: string): Promise<FaqTrial> {
    return this.#api.call<FaqTrial>("GET", `${this.#path}/bot/try`, undefined, { question })
  }

  async #try(lang: Lang, act: () => Promise<void>): Promise<boolean> {
    try {
      await act()
      this.#trouble.value = noTrouble
      return true
    } catch (error) {
      this.#trouble.value = troubleOf(error, lang)
      return false
    }
  }
}
