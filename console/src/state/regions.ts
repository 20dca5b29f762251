// Where one can say that one lives: the provinces, cities and districts of China, read when they are first asked for, and
// the other countries, in which a region is free text.

import address from "../../regions.json?url"

export type Region = { country: string; province: string; city: string; district: string }
export type Province = { name: string; cities: { name: string; districts: string[] }[] }

export const china = "CN"

/** Of ISO 3166; what is a province of the list is not here. */
const codes =
  "AE AF AL AM AR AT AU AZ BA BD BE BG BH BN BO BR BT BY CA CH CL CO CR CU CY CZ DE DK DO DZ EC EE EG ES ET FI FJ FR GB GE GH GR GT HN HR HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KP KR KW KZ LA LB LK LT LU LV LY MA MD ME MG MK ML MM MN MT MU MV MX MY MZ NA NG NI NL NO NP NZ OM PA PE PG PH PK PL PT PY QA RO RS RU RW SA SC SD SE SG SI SK SN SY TH TJ TM TN TR TZ UA UG US UY UZ VE VN YE ZA ZM ZW".split(" ")

/** countries lists them by name, China first. */
export function countries(lang: string): { code: string; name: string }[] {
  const others = codes.map((code) => ({ code, name: countryName(code, lang) })).sort((a, b) => a.name.localeCompare(b.name, lang))
  return [{ code: china, name: countryName(china, lang) }, ...others]
}

export function countryName(code: string, lang: string): string {
  return new Intl.DisplayNames([lang], { type: "region" }).of(code) ?? code
}

let reading: Promise<Province[]> | undefined

/** provinces reads the list once; after a failure the next call tries again. */
export function provinces(): Promise<Province[]> {
  reading ??= read().catch((error: unknown) => {
    reading = undefined
    throw error
  })
  return reading
}

async function read(): Promise<Province[]> {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`the list of regions: ${answer.status}`)
  return ((await answer.json()) as { provinces: Province[] }).provinces
}

/** choices is what can be chosen in each step below what is chosen; what stands there from before the list stays a choice. */
export function choices(all: Province[], region: Region): { province: string[]; city: string[]; district: string[] } {
  const cities = all.find((one) => one.name === region.province)?.cities ?? []
  const districts = cities.find((one) => one.name === region.city)?.districts ?? []
  const also = (list: string[], now: string): string[] => (now && !list.includes(now) ? [now, ...list] : list)
  return {
    province: also(all.map((one) => one.name), region.province),
    city: also(cities.map((one) => one.name), region.city),
    district: also(districts, region.district),
  }
}

/** chosen is the region after a step: what lies below it is open again, and a single city is chosen with its province. */
export function chosen(all: Province[], region: Region, step: "country" | "province" | "city" | "district", value: string): Region {
  if (step === "country") return { country: value, province: "", city: "", district: "" }
  const next = { ...region, country: region.country || china, [step]: value }
  if (step === "province") {
    const cities = all.find((one) => one.name === value)?.cities ?? []
    next.city = cities.length === 1 ? (cities[0]?.name ?? "") : ""
  }
  if (step !== "district") next.district = ""
  if (!next.province) next.country = ""
  return next
}
