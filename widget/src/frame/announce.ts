import { faceColour, initials } from "../face"
import type { Preview } from "../port"
import type { Chat } from "./chat"
import type { Link } from "./link"
import { altOf } from "./lines"
import type { Words } from "./words"

/** Keeps the host page told (badge, preview, that the visitor wrote) and the read cursor honest. */
export function announce(chat: Chat, link: Link, words: Words): void {
  let told = ""
  let wrote = false
  const update = (): void => {
    chat.client?.display(link.watched ? chat.live.conversation_id : 0)
    const rows = chat.rows
    const preview = chat.unread > 0 ? previewOf(chat, words) : null
    const now = JSON.stringify([chat.unread, preview])
    if (now !== told) link.say({ t: "unread", n: chat.unread, preview })
    told = now
    if (!wrote && rows.length > 0) link.say({ t: "wrote" })
    wrote ||= rows.length > 0
  }
  chat.subscribe(update)
  link.onHeard((said) => {
    if (said === "open" || said === "resume") void chat.start()
    if (said === "open") document.querySelector<HTMLElement>("footer textarea")?.focus()
    update()
  })
  for (const moved of ["focus", "blur", "visibilitychange"]) addEventListener(moved, update, true)
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) link.say({ t: "close" })
  })
}

function previewOf(chat: Chat, words: Words): Preview | null {
  const last = chat.rows.findLast((row) => row.placed && row.message.sender_id !== chat.me && row.message.type !== "system" && !row.message.recalled)
  if (!last?.placed) return null
  const { id, sender_id } = last.message
  const person = chat.client?.people.get(sender_id) ?? chat.live.agent
  const face = person?.avatar ? `center/cover url("${new URL(person.avatar, location.origin).href}")` : faceColour(sender_id)
  const name = person?.name || words.agent
  return { id, name, face, initials: person?.avatar ? "" : initials(name), text: altOf(last, words).slice(0, 200) }
}
