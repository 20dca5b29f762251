// The settings of one site while they are edited: what differs, what is wrong, and saving only what changed.

import type { MemberApi } from "@wire/api_member"
import type { Site, Text } from "@wire/protocol"
import { computed, reactive, shallowRef } from "vue"
import type { Lang } from "../text/words"
import { noTrouble, troubleOf, type Trouble } from "./problem"

/** Words of one language, each there to be typed into; empty where the words for all languages do. */
export type SiteWords = Required<Text>

export type SiteFields = Omit<Pick<Site, (typeof fieldNames)[number]>, "texts"> & { texts: Record<Lang, SiteWords> }

const fieldNames = ["name", "title", "greeting", "away", "hint", "texts", "accent", "position", "theme", "when_away", "hours", "domains"] as const satisfies (keyof Site)[]

export class SiteForm {
  readonly fields: SiteFields
  readonly #api: MemberApi
  readonly #site
  readonly #busy = shallowRef(false)
  readonly #trouble = shallowRef<Trouble>(noTrouble)
  /** What was sent when it was refused. */
  #refused: Partial<SiteFields> = {}
  readonly #saved = computed(() => fieldsOf(this.site))
  readonly #changed = computed(() => fieldNames.filter((name) => !same(this.fields[name], this.#saved.value[name])))

  constructor(api: MemberApi, site: Site) {
    this.#api = api
    this.#site = shallowRef(site)
    this.fields = reactive(fieldsOf(site))
  }

  get site(): Site {
    return this.#site.value
  }

  get unsaved(): boolean {
    return this.#changed.value.length > 0
  }

  get busy(): boolean {
    return this.#busy.value
  }

  /** The refusal that belongs to no field. */
  get refusal(): string {
    return Object.keys(this.#trouble.value.fields).length > 0 ? "" : this.#trouble.value.text
  }

  /** What the server said of a field, or a part of it ("hours.week.0"), until the field is changed. */
  problem(path: string): string | undefined {
    const name = path.split(".")[0] as keyof SiteFields
    return same(this.fields[name], this.#refused[name]) ? this.#trouble.value.fields[path] : undefined
  }

  /** Adds what was typed as a domain; false, and it stays in the field, when it is none. */
  addDomain(typed: string): boolean {
    const domain = domainOf(typed)
    if (!domain) return false
    if (!this.fields.domains.includes(domain)) this.fields.domains = [...this.fields.domains, domain]
    return true
  }

  removeDomain(domain: string): void {
    this.fields.domains = this.fields.domains.filter((d) => d !== domain)
  }

  discard(): void {
    Object.assign(this.fields, fieldsOf(this.site))
    this.#trouble.value = noTrouble
  }

  /** Sends what changed; what is typed meanwhile stays. */
  async save(lang: Lang): Promise<boolean> {
    if (this.busy || !this.unsaved) return false
    this.#busy.value = true
    const sent = fieldsOf(this.fields)
    const patch = Object.fromEntries(this.#changed.value.map((name) => [name, sent[name]])) as Partial<SiteFields>
    try {
      const site = await this.#api.updateSite(this.site.id, patch)
      const saved = fieldsOf(site)
      for (const name of fieldNames) if (same(this.fields[name], sent[name])) Object.assign(this.fields, { [name]: saved[name] })
      this.#site.value = site
      this.#trouble.value = noTrouble
      return true
    } catch (error) {
      this.#refused = sent
      this.#trouble.value = troubleOf(error, lang)
      return false
    } finally {
      this.#busy.value = false
    }
  }
}

/** domainOf is the host or origin in what was typed; a pasted address loses its path. Empty when there is none. */
export function domainOf(typed: string): string {
  const text = typed.trim().toLowerCase().replace(/[,;]+$/, "")
  const found = /^(https?:\/\/)?([^\s/?#:@]+(?::\d{1,5})?)(?:[/?#].*)?$/.exec(text)
  if (!found) return ""
  const host = found[2] as string
  const plain = host.replace(/:\d+$/, "")
  const named = plain === "localhost" || /^[^.\s]+(\.[^.\s]+)+$/.test(plain)
  return named ? `${found[1] ?? ""}${host}` : ""
}

const noWords: SiteWords = { title: "", greeting: "", away: "", hint: "" }

/** A copy that may be changed. */
function fieldsOf(site: Site | SiteFields): SiteFields {
  const picked = Object.fromEntries(fieldNames.map((name) => [name, site[name]]))
  const copy = JSON.parse(JSON.stringify(picked)) as SiteFields
  const { en, "zh-CN": zh } = copy.texts
  copy.texts = { en: { ...noWords, ...en }, "zh-CN": { ...noWords, ...zh } }
  return copy
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
