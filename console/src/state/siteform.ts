// The settings of one site while they are edited: what differs, what is wrong, and saving only what changed.

import type { MemberApi } from "@wire/api_member"
import type { Site } from "@wire/protocol"
import { computed, reactive, shallowRef } from "vue"
import type { Lang } from "../text/words"
import { noTrouble, troubleOf, type Trouble } from "./problem"

export type SiteFields = Pick<Site, "name" | "title" | "greeting" | "accent" | "position" | "theme" | "domains">

const fieldNames = ["name", "title", "greeting", "accent", "position", "theme", "domains"] as const satisfies (keyof SiteFields)[]

export class SiteForm {
  readonly fields: SiteFields
  readonly #api: MemberApi
  readonly #site
  readonly #busy = shallowRef(false)
  readonly #trouble = shallowRef<Trouble>(noTrouble)
  /** What was sent when it was refused. */
  #refused: Partial<SiteFields> = {}
  readonly #changed = computed(() => fieldNames.filter((name) => !same(this.fields[name], this.site[name])))

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

  /** What the server said of a field, until the field is changed. */
  problem(name: keyof SiteFields): string | undefined {
    return same(this.fields[name], this.#refused[name]) ? this.#trouble.value.fields[name] : undefined
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

function fieldsOf(site: SiteFields): SiteFields {
  const { name, title, greeting, accent, position, theme, domains } = site
  return { name, title, greeting, accent, position, theme, domains: [...domains] }
}

function same(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((value, i) => value === b[i]) : a === b
}
