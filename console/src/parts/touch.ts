// The ways to ask for a message's menu: right button, the menu key, and a long press where there is no right button.

const pressMs = 450
const slack = 10

export type Spot = { x: number; y: number }

/** Listeners for one element; `ask` gets where to open. */
export function menuAsks(ask: (spot: Spot) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let from: Spot = { x: 0, y: 0 }
  let held = false
  const stop = (): void => clearTimeout(timer)
  return {
    contextmenu(event: MouseEvent): void {
      stop()
      if (keepsOwnMenu(event)) return
      event.preventDefault()
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
      // The menu key tells no place, or a corner of the element.
      ask(event.button === 2 ? { x: event.clientX, y: event.clientY } : { x: box.left + 16, y: box.bottom })
    },
    pointerdown(event: PointerEvent): void {
      if (event.pointerType !== "touch") return
      from = { x: event.clientX, y: event.clientY }
      held = false
      stop()
      timer = setTimeout(() => {
        held = true
        ask(from)
      }, pressMs)
    },
    pointermove(event: PointerEvent): void {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > slack) stop()
    },
    /** The end of a long press is no press on the picture or link below. */
    touchend(event: TouchEvent): void {
      if (held) event.preventDefault()
    },
    pointerup: stop,
    pointercancel: stop,
  }
}

/** A link and marked text have a menu of the browser's that people look for. */
function keepsOwnMenu(event: MouseEvent): boolean {
  if ((event.target as HTMLElement).closest("a[href]")) return true
  const marked = getSelection()
  return Boolean(marked && !marked.isCollapsed && marked.containsNode(event.target as Node, true))
}
