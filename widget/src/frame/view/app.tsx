import { useEffect, useState } from "preact/hooks"
import type { Lang } from "../../wire"
import type { Chat } from "../chat"
import type { Link } from "../link"
import type { Words } from "../words"
import { Composer } from "./composer"
import { EndCard } from "./end"
import { Header } from "./header"
import { Log } from "./log"

export type Shared = { chat: Chat; link: Link; words: Words; lang: Lang }

/** A connection that is away for less than this is nobody's business. */
const quiet = 1_500

export function App(shared: Shared) {
  const { chat, words } = shared
  const [, redraw] = useState(0)
  const [ending, setEnding] = useState(false)
  useEffect(() => chat.subscribe(() => redraw((n) => n + 1)), [chat])
  const offline = useOffline(chat)
  const running = chat.live.state === "waiting" || chat.live.state === "open"
  if (chat.phase === "gone" || chat.phase === "refused") return <Closed {...shared} />
  return (
    <>
      <Header {...shared} onEnd={running ? () => setEnding(true) : undefined} />
      <p class="offline" role="status" hidden={!offline}>
        {offline && (chat.phase === "loading" ? words.unreachable : words.offline)}
      </p>
      <Log {...shared} />
      {ending && running ? <EndCard {...shared} done={() => setEnding(false)} /> : <Composer {...shared} />}
    </>
  )
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
