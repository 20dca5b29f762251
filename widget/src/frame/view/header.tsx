import type { Chat } from "../chat"
import type { Words } from "../words"
import type { Shared } from "./app"
import { Face } from "./face"
import { Icon } from "./icons"

export function Header({ chat, link, words, onEnd }: Shared & { onEnd: (() => void) | undefined }) {
  const agent = chat.live.state === "open" || chat.live.state === "closed" ? chat.live.agent : null
  const title = chat.look?.title || chat.look?.name || ""
  const name = agent ? agent.name || words.agent : title
  const here = !chat.away && chat.live.state !== "closed"
  return (
    <header>
      {agent ? (
        <span class={here ? "who here" : "who"}>
          <Face of={{ ...agent, name }} size={40} />
        </span>
      ) : (
        <span class={here ? "who here" : "who"}>
          <span class="face mark" aria-hidden="true">
            {[...title][0] ?? ""}
          </span>
        </span>
      )}
      <div class="names">
        <h1>{name || <i class="bone" />}</h1>
        <p>{chat.phase === "loading" ? <i class="bone short" /> : stateWords(chat, words)}</p>
      </div>
      {onEnd && (
        <button class="tool" onClick={onEnd} aria-label={chat.live.state === "waiting" ? words.leave : words.end} title={chat.live.state === "waiting" ? words.leave : words.end}>
          <Icon name="end" />
        </button>
      )}
      {link.embedded && (
        <button class="tool" onClick={() => link.say({ t: "close" })} aria-label={words.close} title={words.close}>
          <Icon name="down" />
        </button>
      )}
    </header>
  )
}

function stateWords(chat: Chat, words: Words): string {
  const { state, agents_online, closed } = chat.live
  if (state === "closed") return words.ended
  if (state !== "open" && chat.away) return closed ? words.closed : words.awayTitle
  if (state === "waiting") return words.inLine
  if (state === "none" && agents_online) return words.here(agents_online)
  return chat.typing ? words.typing : words.withYou // also when only the bot is there
}
