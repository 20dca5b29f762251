import { useCallback, useEffect, useLayoutEffect, useState } from "preact/hooks"
import type { Lang } from "../../wire"
import type { Chat } from "../chat"
import type { Link } from "../link"
import type { Words } from "../words"
import { Composer } from "./composer"
import { Header } from "./header"
import { cards, usePart } from "./lazy"
import { Log } from "./log"

export type Shared = {
  chat: Chat
  link: Link
  words: Words
  lang: Lang
  /** Leads to a message of the log. */
  jump: (seq: number) => void
}

/** A connection that is away for less than this is nobody's business. */
const quiet = 1_500

export function App(given: Omit<Shared, "jump">) {
  const { chat, words } = given
  const shared = { ...given, jump: useCallback((seq: number) => void jumpTo(chat, seq), [chat]) }
  const [, redraw] = useState(0)
  const [ending, setEnding] = useState(false)
  useLayoutEffect(() => chat.subscribe(() => redraw((n) => n + 1)), [chat]) // at once: what happens before the first paint counts
  const offline = useOffline(chat)
  const running = chat.live.state === "waiting" || chat.live.state === "open"
  const part = usePart(cards, ending && running)
  if (chat.phase === "gone" || chat.phase === "refused") return <Closed {...shared} />
  return (
    <>
      <Header {...shared} onEnd={running ? () => setEnding(true) : undefined} />
      <p class="offline" role="status" hidden={!offline}>
        {offline && (chat.phase === "loading" ? words.unreachable : words.offline)}
      </p>
      {chat.notice && (
        <p class="offline" role="alert">
          {chat.notice}
        </p>
      )}
      <Log {...shared} />
      {part ? <part.EndCard {...shared} done={() => setEnding(false)} /> : <Composer {...shared} />}
    </>
  )
}

/** Earlier pages are fetched until it is there; a quoted message is rarely far away. */
async function jumpTo(chat: Chat, seq: number): Promise<void> {
  const find = () => document.querySelector<HTMLElement>(`[data-seq="${seq}"]`)
  for (let pages = 0; !find() && pages < 20; pages++) {
    if (!(await chat.client?.older(chat.live.conversation_id).catch(() => false))) break
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
  }
  const message = find()
  if (!message) return
  message.scrollIntoView({ block: "center" })
  message.focus({ preventScroll: true })
  message.classList.add("found")
  setTimeout(() => message.classList.remove("found"), 1_600)
}

function useOffline(chat: Chat): boolean {
  const [late, setLate] = useState(false)
  const away = chat.phase === "loading" ? chat.unreachable : !chat.connected
  useEffect(() => {
    setLate(false)
    if (!away) return undefined
    const timer = setTimeout(() => setLate(true), quiet)
    return () => clearTimeout(timer)
  }, [away])
  return away && late
}

function Closed({ chat, link, words }: Shared) {
  return (
    <main class="closed">
      <h1>{chat.phase === "gone" ? words.gone : words.refused}</h1>
      <p>{chat.phase === "gone" ? words.goneHint : chat.reason}</p>
      {link.embedded && (
        <button class="plain" onClick={() => link.say({ t: "close" })}>
          {words.close}
        </button>
      )}
    </main>
  )
}
