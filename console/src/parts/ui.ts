// What every view shares with the reader's browser: language, theme, a clock that ticks, and the width of the window.

import { speak } from "@widget/lang"
import { computed, ref, watchEffect, type ComputedRef } from "vue"
import type { Shelf } from "../state/drafts"
import { say, type Gaps, type Key, type Lang } from "../text/words"

export type Theme = "auto" | "light" | "dark"
export type Width = "one" | "two" | "three"

/** What outlasts the page, and what outlasts a reload in this tab. */
export const kept = shelfOf(() => localStorage)
export const keptHere = shelfOf(() => sessionStorage)

export const lang = ref<Lang>(speak(kept.get("ichat:lang"), ...navigator.languages))
export const theme = ref<Theme>(asTheme(kept.get("ichat:theme")))
export const now = ref(Date.now())

const two = window.matchMedia("(min-width: 800px)")
const three = window.matchMedia("(min-width: 1200px)")
const wide = ref(width())

/** How many panes stand beside each other. */
export const panes: ComputedRef<Width> = computed(() => wide.value)

/** t says a text in the reader's language. */
export function t(key: Key, gaps?: Gaps): string {
  return say(lang.value, key, gaps)
}

/** begin ties language, theme and clock to the page; called once by each page. */
export function begin(): void {
  watchEffect(() => {
    document.documentElement.lang = lang.value
    kept.set("ichat:lang", lang.value)
  })
  watchEffect(() => {
    document.documentElement.dataset["theme"] = theme.value
    kept.set("ichat:theme", theme.value)
  })
  for (const query of [two, three]) query.addEventListener("change", () => (wide.value = width()))
  setInterval(() => (now.value = Date.now()), 10_000)
}

/** A store that may be absent or refused: then a choice simply lasts as long as the page. */
function shelfOf(storage: () => Storage): Shelf {
  return {
    get(key) {
      try {
        return storage().getItem(key)
      } catch {
        return null
      }
    },
    set(key, value) {
      try {
        storage().setItem(key, value)
      } catch {
        // Storage is refused or full; the choice holds until the page is left.
      }
    },
    remove(key) {
      try {
        storage().removeItem(key)
      } catch {
        // As above.
      }
    },
  }
}

function width(): Width {
  return three.matches ? "three" : two.matches ? "two" : "one"
}

function asTheme(value: string | null): Theme {
  return value === "light" || value === "dark" ? value : "auto"
}
