// The place one is at stands in the address bar, so a reload comes back to it and the browser's Back walks the way back.

import { computed, onBeforeUnmount, shallowRef, type ComputedRef } from "vue"
import { above, addressOf, placeOf, type Place } from "../state/place"

export type Ways = {
  place: ComputedRef<Place>
  go: (to: Place, instead?: boolean) => void
  back: () => void
}

export function useWays(): Ways {
  const now = shallowRef(placeOf(location.hash))
  const follow = (): void => void (now.value = placeOf(location.hash))
  window.addEventListener("popstate", follow)
  onBeforeUnmount(() => window.removeEventListener("popstate", follow))

  /** Goes somewhere; `instead` of where one is, so that Back does not come by here. */
  function go(to: Place, instead = false): void {
    const address = addressOf(to)
    if (address !== addressOf(now.value)) {
      if (instead) history.replaceState(history.state, "", address)
      else history.pushState({ from: addressOf(now.value) }, "", address)
    }
    now.value = to
  }

  /** Up to what is above, by the browser's own Back when one came from there. */
  function back(): void {
    const to = above(now.value)
    if (!to) return
    if ((history.state as { from?: string } | null)?.from === addressOf(to)) history.back()
    else go(to, true)
  }
  return { place: computed(() => now.value), go, back }
}
