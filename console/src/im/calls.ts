// Notifications of this browser while the page is open and nobody looks at it.

import { computed, ref } from "vue"
import { kept } from "../parts/ui"

export type CallState = "unsupported" | "denied" | "off" | "on"

const key = "ichat:im-calls"
const supported = "Notification" in window && window.isSecureContext
const permission = ref(supported ? Notification.permission : "denied")
const chosen = ref(kept.get(key) === "on")

export const calls = computed<CallState>(() => {
  if (!supported) return "unsupported"
  if (permission.value === "denied") return "denied"
  return chosen.value && permission.value === "granted" ? "on" : "off"
})

/** Only after a press: browsers punish pages that ask unasked. */
export async function turn(on: boolean): Promise<void> {
  if (on) permission.value = await Notification.requestPermission()
  chosen.value = on && permission.value === "granted"
  if (chosen.value) kept.set(key, "on")
  else kept.remove(key)
}

/** Shows what came, one notification for each conversation; a press calls back. */
export function call(notice: { id: number; title: string; text: string; lang: string }, open: () => void): void {
  if (calls.value !== "on") return
  try {
    const shown = new Notification(notice.title, { body: notice.text, lang: notice.lang, tag: `chat-${notice.id}` })
    shown.onclick = () => {
      window.focus()
      shown.close()
      open()
    }
  } catch {
    // Phones let only a service worker do this; there the badge in the title and on the tab stays.
  }
}
