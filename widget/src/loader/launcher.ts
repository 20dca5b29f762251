import { inkOn } from "../colour"
import type { Preview } from "../port"
import type { SiteLook } from "../wire/protocol"
import { bridge } from "./bridge"
import { attr, bubble, chevron, el, icon, style } from "./dom"
import { fillPeek } from "./peek"

export type Launcher = {
  /** The verbs a page may use on a launcher that is there; others are ignored. */
  run(verb: string): void
  get(name: string): unknown
  destroy(): void
}

type Parts = { host: HTMLElement; root: HTMLElement; button: HTMLElement; badge: HTMLElement; peek: HTMLElement; pane: HTMLElement }

const words = {
  en: ["Open chat", "Close chat", "unread", "Dismiss"],
  "zh-CN": ["打开聊天", "关闭聊天", "条未读", "忽略"],
} as const

/**
 * The round button on the host page, its badge and preview, and the window with the frame in it. Closures instead of a
 * class: every byte of this file is on every page of the site, and local names can be made short.
 */
export function launch(origin: string, look: SiteLook, lang: "zh-CN" | "en", emit: (event: string, value?: unknown) => void): Launcher {
  const [openWord, closeWord, unreadWord, laterWord] = words[lang]
  const { host, root, button, badge, peek, pane } = build(look, lang)
  const ends = new AbortController()
  let open = false
  let unread = 0
  let seen = 0

  const toggle = (to: boolean): void => {
    if (open === to) return
    open = to
    paint()
    tell({ t: to ? "open" : "close" })
    const focused: HTMLElement = to ? load() : button
    focused.focus()
    tellFocus()
    emit(to ? "open" : "close")
  }
  const count = (n: number, preview: Preview | null): void => {
    const moved = n !== unread
    unread = n
    if (n && !open && preview && preview.id > seen) {
      seen = preview.id
      fillPeek(peek, preview, laterWord, () => toggle(true))
    }
    paint()
    if (moved) emit("unread", n)
  }
  const paint = (): void => {
    root.classList.toggle("open", open)
    if (!unread || open) peek.hidden = true
    badge.hidden = !unread || open
    badge.textContent = unread > 99 ? "99+" : `${unread}`
    attr(button, "aria-label", (open ? closeWord : openWord) + (unread ? `, ${unread} ${unreadWord}` : ""))
    attr(button, "aria-expanded", `${open}`)
    fit()
  }
  /** On a phone the window ends where the keyboard begins. */
  const fit = (): void => {
    const view = open && innerWidth < 480 && visualViewport
    pane.style.height = view ? `${view.height}px` : ""
    pane.style.top = view ? `${view.offsetTop}px` : ""
  }
  const { load, tell, close } = bridge(pane, origin, look, lang, (said) => {
    if (said.t === "close") toggle(false)
    else if (said.t === "unread") count(said.n, said.preview)
    else mark(look.key, true)
  })
  const tellFocus = (): void => {
    if (pane.firstChild) tell({ t: "focus", on: document.hasFocus() && document.activeElement !== host })
  }
  const listen = (target: EventTarget, types: string, then: (event: Event) => void): void => {
    for (const type of types.split(" ")) target.addEventListener(type, then, { signal: ends.signal, passive: true })
  }

  listen(button, "pointerenter focus touchstart", load)
  listen(button, "click", () => toggle(!open))
  listen(root, "keydown", (event) => (event as KeyboardEvent).key === "Escape" && toggle(false))
  listen(window, "focus blur popstate hashchange", tellFocus) // each carries the page's address
  if (visualViewport) listen(visualViewport, "resize scroll", fit)
  paint()
  if (mark(look.key)) {
    const resume = (): void => void setTimeout(() => ends.signal.aborted || tell({ t: "resume" }), 200)
    if (document.readyState === "complete") resume()
    else listen(window, "load", resume)
  }

  return {
    run(verb) {
      if (verb === "open" || verb === "close") toggle(verb === "open")
      if (verb === "toggle") toggle(!open)
      if (verb === "hide" || verb === "show") root.hidden = verb === "hide"
    },
    get: (what) => ({ open, unread })[what],
    destroy() {
      ends.abort()
      close()
      host.remove()
    },
  }
}

/** Puts the parts on the page, inside a shadow that its styles do not reach. */
function build(look: SiteLook, lang: string): Parts {
  const host = el("div")
  const root = el("div", "root")
  const button = el("button", "launch")
  const badge = el("span", "badge")
  const peek = el("div", "peek")
  const pane = el("div", "window")
  const shadow = host.attachShadow({ mode: "open" })
  style(shadow)
  root.lang = lang
  root.style.setProperty("--accent", look.accent)
  root.style.setProperty("--accent-ink", inkOn(look.accent))
  root.classList.toggle("left", look.position === "left")
  root.classList.toggle("dark", look.theme === "dark" || (look.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches))
  button.append(icon("bubble", bubble), icon("down", chevron), badge)
  attr(button, "aria-haspopup", "dialog")
  attr(pane, "role", "dialog")
  attr(pane, "aria-label", look.title || look.name)
  root.append(pane, peek, button)
  shadow.append(root)
  document.body.append(host)
  return { host, root, button, badge, peek, pane }
}

/** Whether this visitor wrote on this site before; `wrote` notes that he did. Where storage is refused nobody returns. */
function mark(site: string, wrote?: boolean): boolean {
  const key = `ichat:${site}`
  try {
    if (wrote) localStorage.setItem(key, "1")
    return !!localStorage.getItem(key)
  } catch {
    return false
  }
}
