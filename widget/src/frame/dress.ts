import { accentFor, isColour } from "../colour"
import type { SiteLook } from "../wire"

const dark = matchMedia("(prefers-color-scheme: dark)")
let worn: SiteLook | undefined

/** Puts the site's theme and colour on the page, again when the system changes its mind. */
export function dress(look: SiteLook): void {
  if (look === worn) return
  worn = look
  const root = document.documentElement
  if (look.theme !== "auto") root.dataset["theme"] = look.theme
  else delete root.dataset["theme"]
  const theme = look.theme === "dark" || (look.theme === "auto" && dark.matches) ? "dark" : "light"
  document.title = look.title || look.name
  if (!isColour(look.accent)) return
  const { accent, ink, text, soft } = accentFor(look.accent, theme)
  for (const [name, value] of Object.entries({ "": accent, "-ink": ink, "-text": text, "-soft": soft })) {
    root.style.setProperty(`--accent${name}`, value)
  }
}

dark.addEventListener?.("change", () => {
  const look = worn
  worn = undefined
  if (look) dress(look)
})
