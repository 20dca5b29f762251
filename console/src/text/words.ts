// The dictionary: one flat list per language with the same keys (the compiler and a test see to it).
// "{name}" is a gap; "one|more" chooses by {n}.

import type { Lang } from "@wire/api"
import { en } from "./en"
import { zh } from "./zh"

export type { Lang }
export type Key = keyof typeof en
export type Gaps = Record<string, string | number>

/** say answers the text of a key in a language with its gaps filled. */
export function say(lang: Lang, key: Key, gaps: Gaps = {}): string {
  const forms = (lang === "zh-CN" ? zh : en)[key].split("|")
  const form = (gaps["n"] === 1 ? forms[0] : (forms[1] ?? forms[0])) as string
  return form.replace(/\{(\w+)\}/g, (whole, gap: string) => String(gaps[gap] ?? whole))
}

/** has tells whether a text made from a server's word exists: reasons and rules may be newer than this page. */
export function has(key: string): key is Key {
  return Object.hasOwn(en, key)
}
