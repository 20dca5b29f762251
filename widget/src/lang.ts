import type { SiteLook } from "./wire/protocol"

/** The first of the wished languages that is spoken here; English otherwise. */
export function speak(...wishes: (string | null | undefined)[]): "zh-CN" | "en" {
  return /^zh/i.test(wishes.find((wish) => /^(zh|en)\b/i.test(wish ?? "")) ?? "") ? "zh-CN" : "en"
}

/** The look with what the site says in this language in place of what it says in all. */
export function inWords(look: SiteLook, lang: "zh-CN" | "en"): SiteLook {
  return { ...look, ...look.texts[lang] }
}
