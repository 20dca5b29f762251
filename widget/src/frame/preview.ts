// The window as the back office shows it while its owner types: the real one, in a look that was not saved yet. It is
// played on the window's own state, which is never started: no visitor, no request, no socket.
import type { Scene } from "../port"
import { inWords } from "../lang"
import type { Lang, Message, Row } from "../wire"
import type { Chat } from "./chat"

const visitor = -1

export function play(chat: Chat, lang: Lang): void {
  let rows: Row[] = []
  Object.defineProperties(chat, {
    me: { value: visitor },
    connected: { value: true },
    typing: { value: false },
    rows: { get: () => rows },
    start: { value: () => Promise.resolve() },
    refresh: { value: () => Promise.resolve() },
  })
  addEventListener("message", (event: MessageEvent<{ scene?: Scene }>) => {
    const scene = event.data?.scene
    if (event.source !== parent || event.origin !== location.origin || !scene) return
    const talks = scene.name === "talk"
    const away = scene.name === "away"
    chat.phase = "ready"
    chat.look = inWords(scene.look, lang)
    chat.live = {
      ...chat.live,
      state: talks ? "open" : "none",
      agent: talks ? scene.agent : null,
      agents_online: away ? 0 : 2,
      away,
      closed: away && scene.timed,
      opens_at: away && scene.timed ? scene.opens_at : null,
    }
    rows = talks ? scene.said.map((text, i) => said(text, i % 2 ? scene.agent.id : visitor, i + 1)) : []
    chat.say("") // nothing to say, but it draws
  })
  parent.postMessage("ichat-preview", location.origin)
}

function said(text: string, sender: number, seq: number): Row {
  const message: Message = {
    id: seq, conversation_id: 0, seq, version: seq, sender_id: sender, client_msg_id: "", type: "text", body: { text },
    reply_to: null, recalled: false, created_at: new Date(new Date().setHours(10, seq, 0, 0)).toISOString(),
  }
  return { key: `${seq}`, message, placed: true }
}
