// Passing messages on. Texts are written anew; of everything else the server is told only which message it is, and what is
// shown until it answers is this page's own idea of it.

import type { Outbox } from "@wire/outbox"
import type { Body, CardBody, MergedBody, Message } from "@wire/protocol"

/** To how many conversations at a time. */
export const mostTargets = 9

/** passOn sends messages one by one, in their order. */
export function passOn(outbox: Outbox, target: number, messages: Message[]): void {
  for (const { type, body, conversation_id, seq } of messages) {
    if (type === "text") outbox.add(target, { text: body.text ?? "" })
    else if (type === "card" && body.card) sendCard(outbox, target, body.card)
    else if (type !== "system" && type !== "whisper") outbox.add(target, body, { type, ask: { from: { conversation_id, seqs: [seq] } } })
  }
}

/** passMerged sends messages of one conversation as one card. */
export function passMerged(outbox: Outbox, target: number, messages: Message[], merged: MergedBody): void {
  const [first] = messages
  if (first) outbox.add(target, { merged }, { type: "merged", ask: { from: { conversation_id: first.conversation_id, seqs: messages.map((m) => m.seq) } } })
}

/** sendCard sends the card of a person or a group. */
export function sendCard(outbox: Outbox, target: number, card: CardBody): void {
  const { person_id, group_id } = card
  outbox.add(target, { card }, { type: "card", ask: { card: person_id ? { person_id } : { group_id: group_id ?? 0 } } })
}

const mostLines = 4
const mostLine = 80

/** mergedOf is what a card of these messages will show. */
export function mergedOf(kind: MergedBody["kind"], names: string[], messages: Message[], nameOf: (person: number) => string): MergedBody {
  const lines = messages.slice(0, mostLines).map(({ sender_id, type, body }) => ({ name: nameOf(sender_id), type: type as MergedBody["lines"][number]["type"], text: [...textOf(body)].slice(0, mostLine).join("") }))
  return { kind, names, count: messages.length, lines }
}

function textOf(body: Body): string {
  return body.text ?? body.name ?? body.card?.name ?? body.merged?.names.join(", ") ?? ""
}
