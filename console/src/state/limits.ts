// The limits of chat and files while an owner edits them: typed as text, checked as whole numbers, saved when asked to.

import type { Settings } from "@wire/protocol"
import { shallowRef } from "vue"
import type { Lang } from "../text/words"
import type { ConsoleApi, SettingsPatch } from "./api"
import type { Loaded } from "./desk"
import { Form } from "./form"

export type Limit = "recall_seconds" | "edit_seconds" | "max_text" | "max_group" | "max_image_mb" | "max_file_mb" | "max_megapixels"
export type LimitFields = Record<Limit, string>

export const limits: readonly Limit[] = ["recall_seconds", "edit_seconds", "max_text", "max_group", "max_image_mb", "max_file_mb", "max_megapixels"]

const partOf = { recall_seconds: "chat", edit_seconds: "chat", max_text: "chat", max_group: "chat", max_image_mb: "files", max_file_mb: "files", max_megapixels: "files" } as const satisfies Record<Limit, keyof Settings>

export class LimitsForm extends Form<LimitFields> {
  readonly #api: ConsoleApi
  readonly #loaded = shallowRef<Loaded>("loading")

  constructor(api: ConsoleApi) {
    super({ recall_seconds: "", edit_seconds: "", max_text: "", max_group: "", max_image_mb: "", max_file_mb: "", max_megapixels: "" })
    this.#api = api
  }

  get loaded(): Loaded {
    return this.#loaded.value
  }

  /** Whether everything typed is a whole number. */
  get whole(): boolean {
    return limits.every((name) => isWhole(this.fields[name]))
  }

  /** What the server said of a field, until the field is changed; "whole" when it is no number at all. */
  override problem(name: Limit): string | undefined {
    return isWhole(this.fields[name]) ? super.problem(name, `${partOf[name]}.${name}`) : "whole"
  }

  async load(): Promise<void> {
    if (this.#loaded.value === "failed") this.#loaded.value = "loading"
    try {
      const settings = await this.#api.settings()
      if (!this.unsaved) this.take(fieldsOf(settings))
      this.#loaded.value = "ready"
    } catch {
      if (this.#loaded.value === "loading") this.#loaded.value = "failed"
    }
  }

  /** Sends what changed; what is typed meanwhile stays. */
  async save(lang: Lang): Promise<boolean> {
    return this.whole && this.submit(lang, async (sent, changed) => fieldsOf(await this.#api.updateSettings(patchOf(changed, sent))))
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
