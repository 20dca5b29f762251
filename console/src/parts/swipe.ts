// A row that a finger pulls aside, so that what lies under it can be pressed. One at a time lies open.

import { ref, type Ref } from "vue"

const slack = 12

export type Swipe = { offset: Ref<number>; moving: Ref<boolean>; on: Record<string, (event: PointerEvent) => void>; swallowed: () => boolean; close: () => void }

let opened: (() => void) | undefined

/** `width` is what lies under the row, at its end. */
export function useSwipe(width: number): Swipe {
  const offset = ref(0)
  const moving = ref(false)
  let from: { x: number; y: number; base: number } | undefined
  let pulled = false

  function close(): void {
    offset.value = 0
    if (opened === close) opened = undefined
  }

  function end(): void {
    from = undefined
    if (!moving.value) return
    moving.value = false
    if (offset.value > -width / 2) return close()
    if (opened !== close) opened?.()
    opened = close
    offset.value = -width
  }

  const on = {
    pointerdown(event: PointerEvent): void {
      pulled = false
      if (event.pointerType === "touch") from = { x: event.clientX, y: event.clientY, base: offset.value }
    },
    pointermove(event: PointerEvent): void {
      if (!from) return
      const across = event.clientX - from.x
      const along = Math.abs(event.clientY - from.y)
      if (!moving.value && along > slack) from = undefined // he scrolls
      else if (moving.value || Math.abs(across) > slack) {
        moving.value = pulled = true
        offset.value = Math.max(-width, Math.min(0, from.base + across))
      }
    },
    pointerup: end,
    pointercancel: end,
  }

  /** The end of a pull is no press, and a press on an open row closes it. */
  function swallowed(): boolean {
    if (!pulled && offset.value === 0) return false
    if (!pulled) close()
    pulled = false
    return true
  }
  return { offset, moving, on, swallowed, close }
}
