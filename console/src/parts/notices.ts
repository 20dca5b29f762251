// One short sentence at the foot of the page: a refusal that belongs to no field, or that something was done.

import { shallowRef, watch } from "vue"
import { answered } from "../state/api"
import { noTrouble, troubleOf } from "../state/problem"
import { lang } from "./ui"

const shownMs = 6_000

export const notice = shallowRef(noTrouble)
let timer: ReturnType<typeof setTimeout> | undefined

export function tell(error: unknown): void {
  show(troubleOf(error, lang.value))
}

/** announce says that something was done which shows nowhere else. */
export function announce(text: string): void {
  show({ ...noTrouble, text })
}

function show(what: typeof noTrouble): void {
  notice.value = what
  clearTimeout(timer)
  timer = setTimeout(dismiss, shownMs)
}

export function dismiss(): void {
  clearTimeout(timer)
  notice.value = noTrouble
}

// That the line is lost is no news any more when it is back.
watch(answered, () => notice.value.code === "network" && dismiss(), { flush: "sync" })

/** attempt runs what a press asked for and tells when it was refused; false then. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    tell(error)
    return false
  }
}
