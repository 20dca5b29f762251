import type { ComponentType, RefObject } from "preact"
import { useRef, useState } from "preact/hooks"
import type { Row } from "../../wire"
import { menu } from "./lazy"
import type { MenuProps } from "./menu"

type Placed = Extract<Row, { placed: true }>
type Open = { Menu: ComponentType<MenuProps>; row: Placed; at: { x: number; y: number } }

/** A finger that rests this long asks for the menu. */
const long = 450
const still = 10

/**
 * The ways to a message's menu: its button, the right click, a finger that rests, and the keyboard. From the log the
 * arrow keys walk over messages; Enter or the menu key opens.
 */
export function useActs(log: RefObject<HTMLElement | null>, rows: readonly Row[]) {
  const [open, setOpen] = useState<Open>()
  const show = async (from: EventTarget | null, at?: { x: number; y: number }) => {
    const element = messageOf(from)
    const row = rows.find((one) => one.key === element?.dataset["key"])
    if (!element || !row?.placed) return
    const { left, bottom } = element.querySelector(".bubble")!.getBoundingClientRect()
    const { Menu } = await menu.get()
    element.focus({ preventScroll: true })
    setOpen({ Menu, row, at: at ?? { x: left, y: bottom + 4 } })
  }
  const onContextMenu = (event: MouseEvent) => {
    const native = (event.target as Element).closest("a") || getSelection()?.toString()
    if (native || !messageOf(event.target)) return
    event.preventDefault()
    void show(event.target, event.button === 2 ? { x: event.clientX, y: event.clientY } : undefined)
  }
  const onClick = (event: MouseEvent) => {
    const button = (event.target as Element).closest(".more")
    if (button) void show(button)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const here = messageOf(document.activeElement)
    const asks = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey) || (event.key === "Enter" && here === document.activeElement)
    if (event.key === "ArrowUp" || event.key === "ArrowDown") return walk(log.current!, here, event)
    if (!here || !(asks || event.key === "Escape")) return
    event.preventDefault()
    if (asks) void show(here)
    else log.current!.focus()
  }
  return { open, close: () => setOpen(undefined), handlers: { onContextMenu, onClick, onKeyDown, ...usePress(show) } }
}

/** A finger that rests on a message; the tap that ends it does not open the picture under it. */
function usePress(show: (from: EventTarget | null) => Promise<void>) {
  const press = useRef({ cancel: () => {}, x: 0, y: 0, shown: false })
  const release = () => press.current.cancel()
  const onPointerDown = (event: PointerEvent) => {
    release()
    press.current.shown = false
    if (event.pointerType === "mouse" || !messageOf(event.target)) return
    const timer = setTimeout(() => {
      press.current.shown = true
      void show(event.target)
    }, long)
    press.current = { cancel: () => clearTimeout(timer), x: event.clientX, y: event.clientY, shown: false }
  }
  const onPointerMove = (event: PointerEvent) => {
    if (Math.hypot(event.clientX - press.current.x, event.clientY - press.current.y) > still) release()
  }
  const onClickCapture = (event: MouseEvent) => {
    if (!press.current.shown) return
    press.current.shown = false
    event.preventDefault()
    event.stopPropagation()
  }
  return { onPointerDown, onPointerMove, onPointerUp: release, onPointerCancel: release, onClickCapture }
}

function messageOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(".message") : null
}

function walk(log: HTMLElement, here: HTMLElement | null, event: KeyboardEvent): void {
  const all = [...log.querySelectorAll<HTMLElement>(".message")]
  const up = event.key === "ArrowUp"
  const to = here ? all[all.indexOf(here) + (up ? -1 : 1)] : up ? all.at(-1) : undefined
  if (!to) return
  event.preventDefault()
  to.focus()
}
