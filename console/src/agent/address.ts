// What is open stands in the address bar, a ticket or a conversation with colleagues, so a reload comes back to it, and on a
// phone the browser's Back closes it.

import { onBeforeUnmount, onMounted, watch } from "vue"
import type { Inbox } from "../state/inbox"
import type { Rooms } from "../state/rooms"

type Open = { kind: "ticket" | "room"; id: number }

export function useAddress(inbox: Inbox, rooms: Rooms, single: () => boolean): { back: () => void } {
  onMounted(() => {
    window.addEventListener("popstate", follow)
    follow()
  })
  onBeforeUnmount(() => window.removeEventListener("popstate", follow))
  watch(opened, write) // after both moved: one closes as the other opens

  function opened(): string {
    return inbox.selected ? `#ticket-${inbox.selected}` : rooms.selected ? `#room-${rooms.selected}` : ""
  }

  function write(address: string, before: string): void {
    if (location.hash === address) return
    if (address && !before && single()) history.pushState({ inbox: true }, "", address)
    else history.replaceState(history.state, "", address || location.pathname)
  }

  function follow(): void {
    const open = openIn(location.hash)
    if (location.hash === opened()) return
    if (open?.kind === "ticket") void inbox.open(open.id)
    else if (open) rooms.select(open.id)
    else close()
  }

  function close(): void {
    inbox.select(0)
    rooms.select(0)
  }

  /** Closes what is open, by the browser's own Back when that is how it was opened. */
  function back(): void {
    if (!opened()) return
    if ((history.state as { inbox?: boolean } | null)?.inbox) history.back()
    else close()
  }
  return { back }
}

function openIn(hash: string): Open | undefined {
  const found = /^#(ticket|room)-(\d+)$/.exec(hash)
  return found ? { kind: found[1] as Open["kind"], id: Number(found[2]) } : undefined
}
