// The open ticket stands in the address bar, so a reload comes back to it, and on a phone the browser's Back closes it.

import { onBeforeUnmount, onMounted, watch } from "vue"
import type { Inbox } from "../state/inbox"

export function useAddress(inbox: Inbox, single: () => boolean): { back: () => void } {
  onMounted(() => {
    window.addEventListener("popstate", follow)
    const id = ticketIn(location.hash)
    if (id) void inbox.open(id)
  })
  onBeforeUnmount(() => window.removeEventListener("popstate", follow))
  watch(() => inbox.selected, write, { flush: "sync" })

  function write(id: number, before: number): void {
    if (ticketIn(location.hash) === id) return
    const address = id ? `#ticket-${id}` : location.pathname
    if (id && !before && single()) history.pushState({ inbox: true }, "", address)
    else history.replaceState(history.state, "", address)
  }

  function follow(): void {
    const id = ticketIn(location.hash)
    if (id !== inbox.selected) void (id ? inbox.open(id) : inbox.select(0))
  }

  /** Closes what is open, by the browser's own Back when that is how it was opened. */
  function back(): void {
    if (!inbox.selected) return
    if ((history.state as { inbox?: boolean } | null)?.inbox) history.back()
    else inbox.select(0)
  }
  return { back }
}

function ticketIn(hash: string): number {
  return Number(/^#ticket-(\d+)$/.exec(hash)?.[1] ?? 0)
}
