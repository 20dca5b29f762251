import { useLayoutEffect, useRef } from "preact/hooks"
import type { Row } from "../../wire"
import { altOf, bodyOf } from "../lines"
import type { Shared } from "./app"
import { Icon, type Name } from "./icons"
import { download } from "./sources"

export type MenuProps = Shared & {
  row: Extract<Row, { placed: true }>
  /** Where it opens, in the window. */
  at: { x: number; y: number }
  done: () => void
}

type Entry = { icon: Name; word: string; act: () => void }

/** What one can do with a message. Arrow keys move, Esc closes, the focus goes back where it was. */
export function Menu(props: MenuProps) {
  const { at, done, words } = props
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const menu = box.current!
    const opener = document.activeElement
    const { width, height } = menu.getBoundingClientRect()
    menu.style.left = `${Math.max(8, Math.min(at.x, innerWidth - width - 8))}px`
    menu.style.top = `${Math.max(8, at.y + height > innerHeight - 8 ? at.y - height : at.y)}px`
    menu.querySelector("button")!.focus()
    return () => {
      const now = document.activeElement
      const moved = now !== null && now !== document.body && !menu.contains(now) // as a reply does, to the composer
      if (!moved && opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...box.current!.querySelectorAll("button")]
    const now = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key]
    if (to !== undefined) buttons.at(to % buttons.length)!.focus()
    else if (event.key === "Escape" || event.key === "Tab") done()
    else return
    event.preventDefault()
  }
  return (
    <div class="veil" onPointerDown={(event) => event.target === event.currentTarget && done()} onContextMenu={(event) => event.preventDefault()}>
      <div class="menu" role="menu" aria-label={words.more} ref={box} onKeyDown={onKeyDown}>
        {entries(props).map(({ icon, word, act }) => (
          <button
            key={icon}
            role="menuitem"
            tabIndex={-1}
            onClick={() => {
              done()
              act()
            }}
          >
            <Icon name={icon} size={18} />
            {word}
          </button>
        ))}
      </div>
    </div>
  )
}

function entries({ chat, words, row }: MenuProps): Entry[] {
  const { seq, sender_id } = row.message
  const { text, file_id, name = "" } = bodyOf(row)
  const answer = () => {
    chat.reply({ seq, sender_id, alt: [...altOf(row, words)].slice(0, 120).join("") })
    document.querySelector<HTMLElement>("footer textarea")?.focus()
  }
  const found: Entry[] = []
  if (text) found.push({ icon: "copy", word: words.copy, act: () => copy(text) })
  if (file_id) found.push({ icon: "load", word: words.download, act: () => void download(chat, file_id, name).catch(() => chat.say(words.notDone)) })
  found.push({ icon: "reply", word: words.reply, act: answer })
  if (chat.client?.mayRecall(row.message)) found.push({ icon: "recall", word: words.recall, act: () => void chat.recall(row.message) })
  return found
}

/** The old way: the new one is refused in a frame on somebody else's page. */
function copy(text: string): void {
  const area = document.createElement("textarea")
  const back = document.activeElement
  area.value = text
  area.className = "unseen"
  document.body.append(area)
  area.select()
  document.execCommand("copy")
  area.remove()
  if (back instanceof HTMLElement) back.focus()
}
