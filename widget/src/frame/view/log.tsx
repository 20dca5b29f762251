import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { lastOwn, lines, type Line } from "../lines"
import { useActs } from "./acts"
import type { Shared } from "./app"
import { cards, usePart } from "./lazy"
import { Group, Typing } from "./group"
import { Icon } from "./icons"
import { QueueCard } from "./queue"
import { nameOf } from "./quote"
import { dayWords } from "../days"

/** Closer to the end than this counts as reading the newest. */
const near = 60

export function Log(shared: Shared) {
  const { chat, words, lang } = shared
  const box = useRef<HTMLDivElement>(null)
  const rows = chat.rows
  const found = lines(rows, chat.me)
  const last = lastOwn(rows, chat.me)
  const { below, onScroll, toEnd } = useScroll(box, shared, rows.length)
  const log = useRef<HTMLDivElement>(null)
  const acts = useActs(log, rows)
  const greeting = chat.look?.greeting || words.hello
  return (
    <div class="scroll" ref={box} onScroll={onScroll}>
      <div class="log" role="log" ref={log} aria-label={words.log} aria-busy={chat.phase === "loading"} tabIndex={0} {...acts.handlers}>
        {chat.look && <p class={found.length === 0 ? "greeting first" : "greeting"}>{greeting}</p>}
        {chat.phase === "loading" && !chat.look && <Bones />}
        {found.map((line) => (
          <LineView key={line.key} line={line} last={last} {...shared} lang={lang} />
        ))}
        {chat.typing && <Typing {...shared} />}
      </div>
      <div class="under">
        <Card {...shared} />
      </div>
      {acts.open && <acts.open.Menu {...shared} row={acts.open.row} at={acts.open.at} done={acts.close} />}
      {below && (
        <button class="newest" onClick={toEnd}>
          {words.newest} <Icon name="down" size={16} />
        </button>
      )}
    </div>
  )
}

/** What stands under the messages: the line, that nobody is here, or how it was and how to keep it. */
function Card(shared: Shared) {
  const { chat } = shared
  const { state } = chat.live
  const asks = chat.phase === "ready" && (chat.rates || chat.lonely || state < "o") // closed and none come before open and waiting
  const part = usePart(cards, asks)
  if (asks) return part ? <part.AskCard {...shared} /> : null
  return state === "waiting" ? <QueueCard {...shared} /> : null
}

function LineView({ line, last, ...shared }: Shared & { line: Line; last: ReturnType<typeof lastOwn> }) {
  if (line.kind === "group") return <Group {...shared} line={line} last={last} />
  if (line.kind === "day") return <p class="day">{dayWords(line.at, new Date(), shared.words, shared.lang)}</p>
  if (line.kind === "recalled") {
    const { words, chat } = shared
    return <p class="system">{line.own ? words.youRecalled : words.recalledBy(nameOf(line.sender, chat, words))}</p>
  }
  const text = line.text || shared.words.system[line.words]?.(line.args)
  return text ? <p class="system">{text}</p> : null
}

function Bones() {
  return (
    <div class="bones" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  )
}

/** Stays at the end while one is there, keeps the place while one reads above, and loads earlier pages at the top. */
function useScroll(box: { current: HTMLDivElement | null }, { chat, link }: Shared, count: number) {
  const [below, setBelow] = useState(false)
  const kept = useRef({ atEnd: true, height: 0, first: "", count: 0, loading: false })
  const first = chat.rows[0]?.key ?? ""

  useLayoutEffect(() => {
    const view = box.current!
    const was = kept.current
    if (was.atEnd) view.scrollTop = view.scrollHeight
    else if (was.first && first !== was.first) view.scrollTop += view.scrollHeight - was.height // a page came above
    else if (count > was.count) setBelow(true)
    kept.current = { ...was, height: view.scrollHeight, first, count }
  })
  useLayoutEffect(() => {
    const view = box.current!
    const refit = new ResizeObserver(() => {
      if (kept.current.atEnd) view.scrollTop = view.scrollHeight
    })
    refit.observe(view)
    for (const part of view.children) refit.observe(part)
    return () => refit.disconnect()
  }, [box, link])

  const onScroll = () => {
    const view = box.current!
    const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < near
    kept.current.atEnd = atEnd
    if (atEnd) setBelow(false)
    if (view.scrollTop < 80 && !kept.current.loading && chat.client) {
      kept.current.loading = true
      void chat.client
        .older(chat.live.conversation_id)
        .catch(() => false) // the next scroll asks again
        .finally(() => (kept.current.loading = false))
    }
  }
  const toEnd = () => {
    box.current!.scrollTo({ top: box.current!.scrollHeight })
  }
  return { below, onScroll, toEnd }
}
