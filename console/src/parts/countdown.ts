// A time that runs out: ticks once a second while there is something left, and not at all otherwise.

import { onBeforeUnmount, ref, watch, type Ref } from "vue"

/** useLeft is how many ms are left until a moment, 0 when it has passed or there is none. */
export function useLeft(until: () => number): Ref<number> {
  const left = ref(0)
  let timer: ReturnType<typeof setTimeout> | undefined
  function tick(): void {
    clearTimeout(timer)
    left.value = Math.max(0, until() - Date.now())
    if (left.value > 0) timer = setTimeout(tick, left.value % 1000 || 1000)
  }
  watch(until, tick, { immediate: true })
  onBeforeUnmount(() => clearTimeout(timer))
  return left
}
