// What a card tells of somebody, in words.

import { lang, t } from "../parts/ui"
import type { Found } from "../state/imapi"
import { china, countryName } from "../state/regions"

export type Fact = { label: string; text: string }

export function aboutOf(found: Pick<Found, "sex" | "age" | "country" | "province" | "city" | "district">): Fact[] {
  const facts: Fact[] = []
  if (found.sex) facts.push({ label: t("im.sex"), text: t(`im.sex.${found.sex}`) })
  if (found.age) facts.push({ label: t("im.age"), text: t("im.years", { n: found.age }) })
  const region = placeOf(found)
  if (region) facts.push({ label: t("im.region"), text: region })
  return facts
}

/** placeOf is where somebody says he lives, without saying a city's name twice. */
export function placeOf({ country, province, city, district }: Pick<Found, "country" | "province" | "city" | "district">): string {
  const abroad = country && country !== china ? countryName(country, lang.value) : ""
  return [abroad, province, city === province ? "" : city, district].filter(Boolean).join(" · ")
}
