// What may be done with one message. The server decides; this only keeps from offering what it would refuse.

import type { Message, Reply } from "@wire/protocol"

export type Action = "copy" | "reply" | "forward" | "choose" | "who" | "pin" | "unpin" | "save" | "edit" | "recall" | "hide" | "report"

/** `pin` is undefined for who may not. */
export type May = { write: boolean; recall: boolean; edit?: boolean; forward?: boolean; pin?: "pin" | "unpin" | undefined; hide?: boolean; report?: boolean }

/** Reply and recall belong to those who write here; what is no text is saved instead of copied. */
export function actionsFor(message: Message, may: May): Action[] {
  if (message.recalled || message.type === "system") return []
  const actions: Action[] = message.type === "text" ? ["copy"] : message.type === "image" || message.type === "file" ? ["save"] : []
  if (may.write) actions.unshift("reply")
  if (may.forward) actions.push("forward", "choose")
  if (message.reactions?.length) actions.push("who")
  if (may.write && may.pin) actions.push(may.pin)
  if (may.write && may.edit) actions.push("edit")
  if (may.write && may.recall) actions.push("recall")
  if (may.hide) actions.push("hide")
  if (may.report) actions.push("report")
  return actions
}

/** replyTo is the quote of a message, as the server will tell it. */
export function replyTo(message: Message): Reply {
  return { seq: message.seq, sender_id: message.sender_id, alt: message.body.text || message.body.name || message.body.card?.name || message.body.merged?.names.join(", ") || "", ...(message.type === "merged" || message.type === "card" ? { type: message.type } : {}) }
}
