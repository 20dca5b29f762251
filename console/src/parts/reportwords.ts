// What a category of reports is called: as those who run the server say, or in our words for those there were from the start.

import type { ReportCategory } from "@wire/protocol"
import { nameIn } from "../state/catalog"
import { has, say, type Lang } from "../text/words"

export function reportWords(category: Pick<ReportCategory, "code" | "name" | "name_zh">, lang: Lang): string {
  if (category.name) return nameIn(category, lang)
  const key = `im.category.${category.code}`
  return has(key) ? say(lang, key) : category.code
}
