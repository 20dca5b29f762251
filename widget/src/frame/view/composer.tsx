import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { ComponentType, RefObject } from "preact"
import type { Shared } from "./app"
import { useDrop, useTray } from "./drop"
import { Icon } from "./icons"
import { media, usePart } from "./lazy"
import { FileInput } from "./pick"
import { Answering } from "./quote"

type GridProps = { onPick: (emoji: string) => void; label: string }

const longest = 4_000
const warnAt = 200
const fiveLines = 5

export function Composer(shared: Shared) {
  const { chat, words } = shared
  const [text, setText] = useState("")
  const box = useRef<HTMLTextAreaElement>(null)
  const emoji = useEmoji(box, text, setText)
  const left = longest - [...text].length
  const tray = useTray()
  const take = (files: File[]) => {
    void tray.add(files)
    box.current!.focus()
  }
  const part = usePart(media, tray.picked.length > 0)
  const over = useDrop(take)
  const ready = (text.trim() !== "" || tray.picked.length > 0) && left >= 0 && chat.client !== undefined
  useLayoutEffect(() => grow(box.current!), [text])

  const send = () => {
    if (!ready) return
    chat.send(text.trim(), tray.take())
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
  const onPaste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0 || event.clipboardData?.getData("text/plain")) return // a copied table is text and a picture of it
    event.preventDefault()
    take(files)
  }
  const noReply = () => {
    chat.reply(undefined)
    box.current!.focus()
  }
  const onEscape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !(emoji.Grid || chat.replying)) return
    event.preventDefault()
    if (emoji.Grid) emoji.close()
    else noReply()
  }
  return (
    <footer onKeyDown={onEscape}>
      {over && (
        <p class="drop" aria-hidden="true">
          {words.drop}
        </p>
      )}
      <Answering {...shared} done={noReply} />
      {part && <part.TrayView {...shared} tray={tray} />}
      {emoji.Grid && <emoji.Grid onPick={emoji.pick} label={words.emoji} />}
      {left <= warnAt && (
        <p class={left < 0 ? "left over" : "left"} role="status">
          {words.letters(left)}
        </p>
      )}
      <div class="composer">
        <FileInput class="tool" label={words.attach} many take={take}>
          <Icon name="clip" size={22} />
        </FileInput>
        <textarea
          ref={box}
          rows={1}
          value={text}
          placeholder={chat.live.state === "closed" ? words.again : chat.look?.hint || words.write}
          aria-label={words.write}
          enterkeyhint="send"
          autocomplete="off"
          onInput={onInput}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <button class="tool" ref={emoji.opener} onClick={() => void emoji.toggle()} aria-label={words.emoji} title={words.emoji} aria-expanded={emoji.Grid !== undefined}>
          <Icon name="smile" size={22} />
        </button>
        <button class="send" onClick={send} disabled={!ready} aria-label={words.send} title={words.send} tabIndex={ready ? 0 : -1}>
          <Icon name="send" />
        </button>
      </div>
    </footer>
  )
}

/** The grid of emoji, fetched at the first wish, and what was picked put where the caret stands. */
function useEmoji(box: RefObject<HTMLTextAreaElement | null>, text: string, setText: (text: string) => void) {
  const [Grid, setGrid] = useState<ComponentType<GridProps>>()
  const opener = useRef<HTMLButtonElement>(null)
  const toggle = async () => {
    if (Grid) return setGrid(undefined)
    const { EmojiGrid } = await import("./emoji")
    setGrid(() => EmojiGrid)
  }
  const pick = (emoji: string) => {
    const area = box.current!
    setText(text.slice(0, area.selectionStart) + emoji + text.slice(area.selectionEnd))
    const caret = area.selectionStart + emoji.length
    requestAnimationFrame(() => area.setSelectionRange(caret, caret))
  }
  const close = () => {
    setGrid(undefined)
    opener.current?.focus()
  }
  return { Grid, opener, toggle, pick, close }
}

/** As high as its lines, up to five of them. */
function grow(area: HTMLTextAreaElement): void {
  area.style.height = "auto"
  const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(area)
  const most = parseFloat(lineHeight) * fiveLines + parseFloat(paddingTop) + parseFloat(paddingBottom)
  area.style.height = `${Math.min(area.scrollHeight, most)}px`
  area.style.overflowY = area.scrollHeight > most ? "auto" : "hidden"
}
