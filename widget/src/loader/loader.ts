// The script of the embed line: finds its site, takes the commands that were queued before it came, and shows the
// launcher. Until the visitor shows intent it opens no connection and stores nothing.
import { inWords, speak } from "../lang"
import type { SiteLook } from "../wire/protocol"
import { type Launcher, launch } from "./launcher"

/** Replaced by the server with the site's look, or null; a string where no server did. */
declare const __ICHAT_LOOK__: SiteLook | string | null

type Listener = (value?: unknown) => void
type Heard = { event: unknown; then: Listener; once: boolean }
type Command = ArrayLike<unknown>
type Ichat = { (...command: unknown[]): unknown; q?: Command[]; loaded?: boolean }

const w = window as unknown as { ichat?: Ichat }
const script =
  (document.currentScript as HTMLScriptElement | null) ?? document.querySelector<HTMLScriptElement>('script[src*="/widget.js"]')

if (script && !w.ichat?.loaded) start(script, __ICHAT_LOOK__)

function start(tag: HTMLScriptElement, inline: SiteLook | string | null): void {
  const src = new URL(tag.src)
  const queue = w.ichat?.q ?? []
  let listeners: Heard[] = []
  let launcher: Launcher | undefined
  let booting = false

  const on = (event: unknown, then: unknown, once = false): void => {
    if (typeof then === "function") listeners.push({ event, then: then as Listener, once })
  }
  const emit = (event: string, value?: unknown): void => {
    const heard = listeners.filter((l) => l.event === event)
    listeners = listeners.filter((l) => l.event !== event || !l.once)
    for (const l of heard) l.then(value)
  }

  async function boot(wish?: unknown): Promise<void> {
    const site = (wish as { site?: string } | undefined)?.site ?? src.searchParams.get("site") ?? tag.dataset["site"]
    if (!site || launcher || booting) return
    booting = true
    const look = typeof inline === "object" && inline?.key === site ? inline : await fetchLook(src.origin, site)
    if (document.readyState === "loading") await new Promise((done) => document.addEventListener("DOMContentLoaded", done))
    if (!look || look.hidden || !booting) return
    const lang = speak(tag.dataset["lang"], document.documentElement.lang, ...navigator.languages)
    launcher = launch(src.origin, inWords(look, lang), lang, emit)
    emit("ready")
    for (const command of waiting.splice(0)) run(command)
  }

  // Commands that need the launcher wait for it; their order stays.
  const waiting: Command[] = []
  const verbs: Record<string, (a: unknown, b: unknown) => unknown> = {
    boot: (a) => void boot(a),
    on: (event, then) => on(event, then),
    once: (event, then) => on(event, then, true),
    off: (event, then) => void (listeners = listeners.filter((l) => l.event !== event || l.then !== then)),
    get: (name) => launcher?.get(String(name)),
    destroy: () => {
      booting = false
      launcher?.destroy()
      launcher = undefined
      waiting.length = 0
    },
  }

  function run(command: Command): unknown {
    const verb = String(command[0])
    const act = verbs[verb]
    if (act) return act(command[1], command[2])
    if (launcher) return launcher.run(verb)
    waiting.push(command)
    return undefined
  }

  const ichat: Ichat = (...command) => run(command)
  ichat.loaded = true
  w.ichat = ichat
  for (const command of queue) run(command)
  void boot()
}

async function fetchLook(origin: string, site: string): Promise<SiteLook | null> {
  try {
    const answer = await fetch(`${origin}/api/look?site=${encodeURIComponent(site)}`, { credentials: "omit" })
    return answer.ok ? ((await answer.json()) as SiteLook) : null
  } catch {
    return null
  }
}
