// The limits of chat and files while an owner edits them: typed as text, checked as whole numbers, saved when asked to.

import type { Settings } from "@wire/protocol"
import { computed, reactive, shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi, SettingsPatch } from "./api"
import type { Loaded } from "./desk"
import { noTrouble, troubleOf, type Trouble } from "./problem"

export type Limit = "recall_seconds" | "edit_seconds" | "max_text" | "max_group" | "max_image_mb" | "max_file_mb" | "max_megapixels"
export type LimitFields = Record<Limit, string>

export const limits: readonly Limit[] = ["recall_seconds", "edit_seconds", "max_text", "max_group", "max_image_mb", "max_file_mb", "max_megapixels"]

const partOf = { recall_seconds: "chat", edit_seconds: "chat", max_text: "chat", max_group: "chat", max_image_mb: "files", max_file_mb: "files", max_megapixels: "files" } as const satisfies Record<Limit, keyof Settings>

export class LimitsForm {
  readonly fields: LimitFields = reactive({ recall_seconds: "", edit_seconds: "", max_text: "", max_group: "", max_image_mb: "", max_file_mb: "", max_megapixels: "" })
  readonly #api: ConsoleApi
  readonly #saved = shallowRef<LimitFields>({ ...this.fields })
  readonly #loaded = shallowRef<Loaded>("loading")
  readonly #busy = shallowRef(false)
  readonly #trouble = shallowRef<Trouble>(noTrouble)
  readonly #changed = computed(() => limits.filter((name) => this.fields[name].trim() !== this.#saved.value[name]))
  /** What was sent when it was refused. */
  #refused: Partial<LimitFields> = {}

  constructor(api: ConsoleApi) {
    this.#api = api
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  get unsaved(): boolean {
    return this.#changed.value.length > 0
  }

  get busy(): boolean {
    return this.#busy.value
  }

  /** Whether everything typed is a whole number. */
  get whole(): boolean {
    return limits.every((name) => isWhole(this.fields[name]))
  }

  /** The refusal that belongs to no field. */
  get refusal(): string {
    return limits.some((name) => this.#said(name)) ? "" : this.#trouble.value.text
  }

  /** What the server said of a field, until the field is changed; "whole" when it is no number at all. */
  problem(name: Limit): string | undefined {
    if (!isWhole(this.fields[name])) return "whole"
    return this.fields[name] === this.#refused[name] ? this.#said(name) : undefined
  }

  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      const settings = await this.#api.settings()
      if (!this.unsaved) this.#put(settings)
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  discard(): void {
    Object.assign(this.fields, this.#saved.value)
    this.#trouble.value = noTrouble
  }

  /** Sends what changed; what is typed meanwhile stays. */
  async save(lang: Lang): Promise<boolean> {
    if (this.busy || !this.unsaved || !this.whole) return false
    this.#busy.value = true
    const sent = { ...this.fields }
    try {
      this.#put(await this.#api.updateSettings(patchOf(this.#changed.value, sent)), sent)
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

  /** The server names a field with the part it stands in. */
  #said(name: Limit): string | undefined {
    return Object.entries(this.#trouble.value.fields).find(([field]) => field === name || field.endsWith(`.${name}`))?.[1]
  }

  #put(settings: Settings, sent = this.#saved.value): void {
    const saved = fieldsOf(settings)
    for (const name of limits) if (this.fields[name] === sent[name]) this.fields[name] = saved[name]
    this.#saved.value = saved
  }
}

function fieldsOf({ chat, files }: Settings): LimitFields {
  return { recall_seconds: String(chat.recall_seconds), edit_seconds: String(chat.edit_seconds), max_text: String(chat.max_text), max_group: String(chat.max_group), max_image_mb: String(files.max_image_mb), max_file_mb: String(files.max_file_mb), max_megapixels: String(files.max_megapixels) }
}

function patchOf(changed: Limit[], fields: LimitFields): SettingsPatch {
  const patch: Record<"chat" | "files", Record<string, number>> = { chat: {}, files: {} }
  for (const name of changed) patch[partOf[name]][name] = Number(fields[name])
  return Object.fromEntries(Object.entries(patch).filter(([, part]) => Object.keys(part).length > 0)) as SettingsPatch
}

function isWhole(typed: string): boolean {
  return /^\d{1,9}$/.test(typed.trim())
}
