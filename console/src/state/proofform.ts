// What is asked of who registers, while an owner edits it: saved on purpose, because a service needs all its parts at once.

import type { ProofSettings } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import { Form } from "./form"

export type ProofFields = { mode: ProofSettings["mode"]; script_url: string; verify_url: string; site_key: string; secret: string }
type Addresses = Pick<ProofFields, "script_url" | "verify_url">

/** The services that are known, by their addresses. */
export const services = {
  turnstile: { name: "Cloudflare Turnstile", script_url: "https://challenges.cloudflare.com/turnstile/v0/api.js", verify_url: "https://challenges.cloudflare.com/turnstile/v0/siteverify" },
  hcaptcha: { name: "hCaptcha", script_url: "https://js.hcaptcha.com/1/api.js", verify_url: "https://api.hcaptcha.com/siteverify" },
  recaptcha: { name: "reCAPTCHA", script_url: "https://www.google.com/recaptcha/api.js", verify_url: "https://www.google.com/recaptcha/api/siteverify" },
  recaptchanet: { name: "reCAPTCHA (recaptcha.net)", script_url: "https://www.recaptcha.net/recaptcha/api.js", verify_url: "https://www.recaptcha.net/recaptcha/api/siteverify" },
} as const
export type Known = keyof typeof services
export const known = Object.keys(services) as Known[]

/** Which of the known services these addresses are. */
export function serviceOf(addresses: Addresses): Known | "other" {
  return known.find((name) => services[name].script_url === addresses.script_url.trim() && services[name].verify_url === addresses.verify_url.trim()) ?? "other"
}

export class ProofForm extends Form<ProofFields> {
  readonly #api: ConsoleApi
  readonly #end = shallowRef("")
  readonly #loaded = shallowRef(false)

  constructor(api: ConsoleApi) {
    super({ mode: "off", script_url: "", verify_url: "", site_key: "", secret: "" })
    this.#api = api
  }

  get loaded(): boolean {
    return this.#loaded.value
  }

  /** What can be shown of the secret that is kept; a change of the address takes it away. */
  get secretEnd(): string {
    return this.fields.verify_url.trim() === this.saved.verify_url ? this.#end.value : ""
  }

  /** What the server said of a field, until the field is changed. */
  override problem(name: keyof ProofFields): string | undefined {
    return super.problem(name, `proof.${name}`)
  }

  /** Another service: its addresses, which can be changed then. */
  choose(name: Known | "other"): void {
    Object.assign(this.fields, name === "other" ? { script_url: "", verify_url: "" } : { script_url: services[name].script_url, verify_url: services[name].verify_url })
  }

  async load(): Promise<void> {
    this.take(this.#read((await this.#api.settings()).proof))
    this.#loaded.value = true
  }

  /** Sends what changed; what is typed meanwhile stays. */
  save(lang: Lang): Promise<boolean> {
    return this.submit(lang, async (sent, changed) => {
      const change = Object.fromEntries(changed.map((name) => [name, sent[name].trim()]))
      return this.#read((await this.#api.updateSettings({ proof: change })).proof)
    })
  }

  /** The secret itself is never told again. */
  #read({ mode, script_url, verify_url, site_key, secret_end }: ProofSettings): ProofFields {
    this.#end.value = secret_end
    return { mode, script_url, verify_url, site_key, secret: "" }
  }
}
