import { useEffect, useLayoutEffect, useReducer, useRef } from "preact/hooks"
import { Zoom } from "../../zoom"
import type { Shared } from "./app"
import { Icon } from "./icons"
import { download, useLink } from "./sources"

export type ViewerProps = Shared & {
  file: number | undefined
  name: string
  /** What is shown until the full picture is here. */
  small: string | undefined
  width: number | undefined
  height: number | undefined
  done: () => void
}

const step = 1.5

/** A picture on the whole window. A modal dialogue: the browser keeps the focus inside and gives it back. */
export function Viewer({ file, name, small, width, height, done, ...shared }: ViewerProps) {
  const { chat, words } = shared
  const box = useRef<HTMLDialogElement>(null)
  const link = useLink(chat, file, "url", true)
  const { zoom, act } = useZoom(box, width, height)
  useLayoutEffect(() => {
    const dialog = box.current!
    const opener = document.activeElement
    dialog.showModal()
    dialog.querySelector<HTMLElement>(".bar button:last-child")!.focus()
    return () => {
      dialog.close()
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    const keys: Record<string, () => void> = { Escape: done, "+": () => zoom.by(step), "=": () => zoom.by(step), "-": () => zoom.by(1 / step), 0: () => zoom.by(0) }
    const then = keys[event.key]
    if (!then) return
    event.preventDefault()
    event.stopPropagation()
    act(then)
  }
  const source = link.url ?? small
  return (
    <dialog class="viewer" ref={box} aria-label={name} onKeyDown={onKeyDown} onCancel={(event) => event.preventDefault()} onClick={(event) => event.target === box.current && zoom.scale === 1 && done()}>
      {source && <img src={source} alt={name} draggable={false} onError={() => link.url && link.broke()} style={{ width: `${width ?? 0}px`, transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` }} />}
      <div class="bar">
        <span class="title">{name}</span>
        <button class="tool" onClick={() => act(() => zoom.by(1 / step))} disabled={zoom.scale === 1} aria-label={words.zoomOut} title={words.zoomOut}>
          −
        </button>
        <button class="tool" onClick={() => act(() => zoom.by(step))} disabled={zoom.scale >= zoom.most} aria-label={words.zoomIn} title={words.zoomIn}>
          +
        </button>
        {file && (
          <button class="tool" onClick={() => void download(chat, file, name).catch(() => chat.say(words.notDone))} aria-label={words.download} title={words.download}>
            <Icon name="load" />
          </button>
        )}
        <button class="tool" onClick={done} aria-label={words.closePicture} title={words.closePicture}>
          <Icon name="cross" />
        </button>
      </div>
    </dialog>
  )
}

/** Wheel, drag, pinch and double tap, as zoom understands them. */
function useZoom(box: { current: HTMLDialogElement | null }, width = 400, height = 300) {
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  const kept = useRef<Zoom>(undefined)
  kept.current ??= new Zoom({ width: innerWidth, height: innerHeight }, fitted(width, height))
  const zoom = kept.current
  const act = (then: () => void) => {
    then()
    redraw(0)
  }
  useEffect(() => {
    const dialog = box.current!
    const fingers = new Map<number, PointerEvent>()
    const at = ({ clientX, clientY }: MouseEvent) => ({ x: clientX - innerWidth / 2, y: clientY - innerHeight / 2 })
    const gap = () => {
      const [a, b] = [...fingers.values()]
      return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0
    }
    const down = (event: PointerEvent) => void (event.target instanceof HTMLImageElement && fingers.set(event.pointerId, event))
    const up = (event: PointerEvent) => void fingers.delete(event.pointerId)
    const move = (event: PointerEvent) => {
      const before = fingers.get(event.pointerId)
      if (!before) return
      const was = gap()
      fingers.set(event.pointerId, event)
      if (was > 0) act(() => zoom.by(gap() / was, at(event)))
      else act(() => zoom.pan(event.clientX - before.clientX, event.clientY - before.clientY))
    }
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      act(() => zoom.by(Math.exp(-event.deltaY / 300), at(event)))
    }
    const twice = (event: MouseEvent) => event.target instanceof HTMLImageElement && act(() => zoom.toggle(at(event)))
    const ends = new AbortController()
    const on = { signal: ends.signal, passive: false }
    dialog.addEventListener("pointerdown", down, on)
    dialog.addEventListener("pointermove", move, on)
    for (const end of ["pointerup", "pointercancel", "pointerleave"] as const) dialog.addEventListener(end, up, on)
    dialog.addEventListener("wheel", wheel, on)
    dialog.addEventListener("dblclick", twice, on)
    return () => ends.abort()
  }, [])
  return { zoom, act }
}

function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, innerWidth / width, innerHeight / height)
  return { width: width * scale, height: height * scale }
}
