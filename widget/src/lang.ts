/** The first of the wished languages that is spoken here; English otherwise. */
export function speak(...wishes: (string | null | undefined)[]): "zh-CN" | "en" {
  return /^zh/i.test(wishes.find((wish) => /^(zh|en)\b/i.test(wish ?? "")) ?? "") ? "zh-CN" : "en"
}
