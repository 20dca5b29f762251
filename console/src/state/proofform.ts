// What is asked of who registers, while an owner edits it: saved on purpose, because a service needs all its parts at once.

import type { ProofSettings } from "@wire/protocol"
import { computed, reactive, shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi } from "./api"
import { noTrouble, troubleOf, type Trouble } from "./problem"

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

const names = ["mode", "script_url", "verify_url", "site_key", "secret"] as const

export class ProofForm {
  readonly fields: ProofFields = reactive({ mode: "off", script_url: "", verify_url: "", site_key: "", secret: "" })
  readonly #api: ConsoleApi
  readonly #saved = shallowRef<ProofFields>({ ...this.fields })
  readonly #end = shallowRef("")
  readonly #loaded = shallowRef(false)
  readonly #busy = shallowRef(false)
  readonly #trouble = shallowRef<Trouble>(noTrouble)
  readonly #changed = computed(() => names.filter((name) => this.fields[name].trim() !== this.#saved.value[name]))

  constructor(api: ConsoleApi) {
    this.#api = api
  }

  get loaded(): boolean {
    return this.#loaded.value
  }

  get unsaved(): boolean {
    return this.#changed.value.length > 0
  }

  get busy(): boolean {
    return this.#busy.value
  }

  /** What can be shown of the secret that is kept; a change of the address takes it away. */
  get secretEnd(): string {
    return this.fields.verify_url.trim() === this.#saved.value.verify_url ? this.#end.value : ""
  }

  /** The refusal that belongs to no field. */
  get refusal(): string {
    return names.some((name) => this.problem(name)) ? "" : this.#trouble.value.text
  }

  problem(name: keyof ProofFields): string | undefined {
    return this.#trouble.value.fields[`proof.${name}`]
  }

  /** Another service: its addresses, which can be changed then. */
  choose(name: Known | "other"): void {
    Object.assign(this.fields, name === "other" ? { script_url: "", verify_url: "" } : { script_url: services[name].script_url, verify_url: services[name].verify_url })
  }

  async load(): Promise<void> {
    this.#put((await this.#api.settings()).proof)
    this.#loaded.value = true
  }

  discard(): void {
    Object.assign(this.fields, this.#saved.value)
    this.#trouble.value = noTrouble
  }

  /** Sends what changed; what is typed meanwhile stays. */
  async save(lang: Lang): Promise<boolean> {
    if (this.busy || !this.unsaved) return false
    this.#busy.value = true
    const sent = { ...this.fields }
    try {
      const change = Object.fromEntries(this.#changed.value.map((name) => [name, sent[name].trim()]))
      this.#put((await this.#api.updateSettings({ proof: change })).proof, sent)
      this.#trouble.value = noTrouble
      return true
    } catch (error) {
      this.#trouble.value = troubleOf(error, lang)
      return false
    } finally {
      this.#busy.value = false
    }
  }

  #put({ mode, script_url, verify_url, site_key, secret_end }: ProofSettings, sent = this.#saved.value): void {
    const saved: ProofFields = { mode, script_url, verify_url, site_key, secret: "" }
    const kept = { ...this.fields }
    Object.assign(this.fields, saved)
    for (const name of names) if (kept[name] !== sent[name]) Object.assign(this.fields, { [name]: kept[name] })
    this.#saved.value = saved
    this.#end.value = secret_end
  }
}
