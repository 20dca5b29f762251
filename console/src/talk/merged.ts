// How a merged message is called in the reader's language.

import type { MergedBody } from "@wire/protocol"
import { t } from "../parts/ui"

export function mergedTitle({ kind, names }: Pick<MergedBody, "kind" | "names">): string {
  const [first, second] = names.map((name) => name || t("say.someone"))
  if (kind === "group") return t("merged.group", { name: first ?? "" })
  return second === undefined ? t("merged.own", { name: first ?? "" }) : t("merged.two", { a: first ?? "", b: second })
}
