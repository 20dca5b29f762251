// A message in a few words, where it is not shown itself: lists, pins, what was found, quotes.

import type { Body, Message, Reply } from "@wire/protocol"
import { t } from "../parts/ui"

/** wordsOf says what a message is about. */
export function wordsOf({ type, body }: { type: Message["type"]; body: Body }): string {
  if (type === "image") return t("list.image")
  if (type === "file") return t("list.file", { name: body.name ?? "" })
  if (type === "merged") return t("list.merged", { name: body.merged?.names.join(", ") ?? "" })
  if (type === "card") return t("list.card", { name: body.card?.name ?? "" })
  return body.text ?? ""
}

/** quoteWords is what a reply shows of the message it answers; empty when nothing is left of it. */
export function quoteWords({ alt, type }: Reply): string {
  const first = alt.split("\n")[0] ?? ""
  return type === "merged" ? t("list.merged", { name: first }) : type === "card" ? t("list.card", { name: first }) : alt
}

/** lineWords is one line that a merged message shows. */
export function lineWords({ type, text }: { type: string; text: string }): string {
  return type === "image" ? t("list.image") : type === "file" ? t("list.file", { name: text }) : type === "merged" ? t("list.merged", { name: text }) : type === "card" ? t("list.card", { name: text }) : text
}
