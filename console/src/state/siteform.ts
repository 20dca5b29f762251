// The settings of one site while they are edited: what differs, what is wrong, and saving only what changed.

import type { MemberApi } from "@wire/api_member"
import type { Site, Text } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Lang } from "../text/words"
import { Form, copy } from "./form"

/** Words of one language, each there to be typed into; empty where the words for all languages do. */
export type SiteWords = Required<Text>

export type SiteFields = Omit<Pick<Site, (typeof fieldNames)[number]>, "texts"> & { texts: Record<Lang, SiteWords> }

const fieldNames = ["name", "title", "greeting", "away", "hint", "texts", "accent", "position", "theme", "when_away", "hours", "domains"] as const satisfies (keyof Site)[]

export class SiteForm extends Form<SiteFields> {
  readonly #api: MemberApi
  readonly #site

  constructor(api: MemberApi, site: Site) {
    super(fieldsOf(site))
    this.#api = api
    this.#site = shallowRef(site)
  }

  get site(): Site {
    return this.#site.value
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

  /** Sends what changed; what is typed meanwhile stays. */
  save(lang: Lang): Promise<boolean> {
    return this.submit(lang, async (sent, changed) => {
      this.#site.value = await this.#api.updateSite(this.site.id, Object.fromEntries(changed.map((name) => [name, sent[name]])) as Partial<SiteFields>)
      return fieldsOf(this.site)
    })
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
function fieldsOf(site: Site): SiteFields {
  const fields = copy(Object.fromEntries(fieldNames.map((name) => [name, site[name]]))) as SiteFields
  const { en, "zh-CN": zh } = fields.texts
  fields.texts = { en: { ...noWords, ...en }, "zh-CN": { ...noWords, ...zh } }
  return fields
}
