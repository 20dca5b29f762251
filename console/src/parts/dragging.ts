// Something that a pointer takes along and lets go over something else. A finger does so only from a grip, because elsewhere it
// scrolls and asks for menus. Escape puts back what is held.

import { onBeforeUnmount, shallowRef, type ShallowRef } from "vue"

/** How far a pointer moves before a press is a drag. */
const slack = 6

export type Held<T> = { what: T; x: number; y: number; over: number | undefined }
export type Drag<T> = { held: ShallowRef<Held<T> | undefined>; begin: (event: PointerEvent, what: T, grip?: boolean) => void }

/** `over` names what lies under a point; `drop` is told when something is let go over it. */
export function useDrag<T>(over: (x: number, y: number, what: T) => number | undefined, drop: (what: T, over: number) => void): Drag<T> {
  const held = shallowRef<Held<T>>()
  let from: { x: number; y: number; pointer: number; what: T } | undefined

  function begin(event: PointerEvent, what: T, grip = false): void {
    if (event.button !== 0 || from || (event.pointerType === "touch" && !grip)) return
    from = { x: event.clientX, y: event.clientY, pointer: event.pointerId, what }
    window.addEventListener("pointermove", move)
    window.addEventListener("pointerup", end)
    window.addEventListener("pointercancel", stop)
    window.addEventListener("keydown", escape, true)
  }

  function move({ pointerId, clientX: x, clientY: y, buttons }: PointerEvent): void {
    if (!from || pointerId !== from.pointer) return
    if (!buttons) return stop() // it was let go where nobody could hear
    if (!held.value && Math.hypot(x - from.x, y - from.y) < slack) return
    held.value = { what: from.what, x, y, over: over(x, y, from.what) }
  }

  function end({ pointerId }: PointerEvent): void {
    if (pointerId !== from?.pointer) return
    const last = held.value
    stop()
    if (!last) return
    swallowClick()
    if (last.over !== undefined) drop(last.what, last.over)
  }

  function escape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !held.value) return
    event.preventDefault()
    event.stopPropagation()
    stop()
    swallowClick()
  }

  function stop(): void {
    from = undefined
    held.value = undefined
    window.removeEventListener("pointermove", move)
    window.removeEventListener("pointerup", end)
    window.removeEventListener("pointercancel", stop)
    window.removeEventListener("keydown", escape, true)
  }

  onBeforeUnmount(stop)
  return { held, begin }
}

/** The end of a drag is no press on what lies below. */
function swallowClick(): void {
  const swallow = (event: Event): void => {
    event.preventDefault()
    event.stopPropagation()
  }
  window.addEventListener("click", swallow, { capture: true, once: true })
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 50)
}

/** Which place in a list a point belongs to, by the middles of the other rows from top to bottom. */
export function placeAt(y: number, middles: number[]): number {
  return middles.filter((middle) => middle < y).length
}

/** The middles of the rows in a list, but for one. */
export function middlesOf(list: Element | null, but: string): number[] {
  return [...(list?.querySelectorAll<HTMLElement>("[data-row]") ?? [])].filter((row) => row.dataset["row"] !== but).map((row) => {
    const box = row.getBoundingClientRect()
    return box.top + box.height / 2
  })
}
