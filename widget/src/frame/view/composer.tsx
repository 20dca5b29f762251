import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { ComponentType } from "preact"
import type { Shared } from "./app"
import { Icon } from "./icons"

type GridProps = { onPick: (emoji: string) => void; label: string }

const longest = 4_000
const warnAt = 200
const fiveLines = 5

export function Composer({ chat, words }: Shared) {
  const [text, setText] = useState("")
  const [Grid, setGrid] = useState<ComponentType<GridProps>>()
  const box = useRef<HTMLTextAreaElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const left = longest - [...text].length
  const ready = text.trim() !== "" && left >= 0 && chat.client !== undefined
  useLayoutEffect(() => grow(box.current!), [text])

  const send = () => {
    if (!ready) return
    chat.send(text.trim())
    setText("")
    box.current!.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const composing = event.isComposing || event.keyCode === 229 // the Enter that ends an input method's word
    if (event.key !== "Enter" || event.shiftKey || composing) return
    event.preventDefault()
    send()
  }
  const onInput = (event: InputEvent) => {
    setText((event.currentTarget as HTMLTextAreaElement).value)
    const { conversation_id, state } = chat.live
    if (conversation_id !== 0 && state === "open") chat.client?.typing(conversation_id)
  }
  const toggleGrid = async () => {
    if (Grid) setGrid(undefined)
    else {
      const { EmojiGrid } = await import("./emoji")
      setGrid(() => EmojiGrid)
    }
  }
  const pick = (emoji: string) => {
    const area = box.current!
    setText(text.slice(0, area.selectionStart) + emoji + text.slice(area.selectionEnd))
    const caret = area.selectionStart + emoji.length
    requestAnimationFrame(() => area.setSelectionRange(caret, caret))
  }
  const closeGrid = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !Grid) return
    event.preventDefault()
    setGrid(undefined)
    opener.current?.focus()
  }
  return (
    <footer onKeyDown={closeGrid}>
      {Grid && <Grid onPick={pick} label={words.emoji} />}
      {left <= warnAt && (
        <p class={left < 0 ? "left over" : "left"} role="status">
          {words.letters(left)}
        </p>
      )}
      <div class="composer">
        <button class="tool" ref={opener} onClick={() => void toggleGrid()} aria-label={words.emoji} title={words.emoji} aria-expanded={Grid !== undefined}>
          <Icon name="smile" size={22} />
        </button>
        <textarea
          ref={box}
          rows={1}
          value={text}
          placeholder={chat.live.state === "closed" ? words.again : words.write}
          aria-label={words.write}
          enterkeyhint="send"
          autocomplete="off"
          onInput={onInput}
          onKeyDown={onKeyDown}
        />
        <button class="send" onClick={send} disabled={!ready} aria-label={words.send} title={words.send} tabIndex={ready ? 0 : -1}>
          <Icon name="send" />
        </button>
      </div>
    </footer>
  )
}

/** As high as its lines, up to five of them. */
function grow(area: HTMLTextAreaElement): void {
  area.style.height = "auto"
  const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(area)
  const most = parseFloat(lineHeight) * fiveLines + parseFloat(paddingTop) + parseFloat(paddingBottom)
  area.style.height = `${Math.min(area.scrollHeight, most)}px`
  area.style.overflowY = area.scrollHeight > most ? "auto" : "hidden"
}
