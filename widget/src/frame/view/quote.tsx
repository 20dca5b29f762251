import type { Reply } from "../../wire"
import type { Shared } from "./app"
import { Icon } from "./icons"

/** What a message answers; a tap leads to it. */
export function Quote({ reply, chat, words, jump }: Shared & { reply: Reply }) {
  const { sender_id, alt } = chat.client?.quoted(chat.live.conversation_id, reply) ?? reply
  return (
    <button class="quote" onClick={() => jump(reply.seq)}>
      <b>{nameOf(sender_id, chat, words)}</b>
      <span>{alt || words.quoteGone}</span>
    </button>
  )
}

/** Above the composer: what the next message will answer, and the way out. */
export function Answering({ chat, words, jump, done }: Shared & { done: () => void }) {
  const reply = chat.replying
  if (!reply) return null
  const name = nameOf(reply.sender_id, chat, words)
  return (
    <div class="answering">
      <button class="quote" onClick={() => jump(reply.seq)}>
        <b>{words.answering(name)}</b>
        <span>{chat.client?.quoted(chat.live.conversation_id, reply).alt || words.quoteGone}</span>
      </button>
      <button class="tool" onClick={done} aria-label={words.cancel} title={words.cancel}>
        <Icon name="cross" />
      </button>
    </div>
  )
}

export function nameOf(person: number, chat: Shared["chat"], words: Shared["words"]): string {
  if (person === chat.me) return words.you
  return chat.client?.people.get(person)?.name || (chat.live.agent?.id === person && chat.live.agent.name) || words.agent
}
