// What host page and frame say to each other over the port handed over at exact origins.
import type { Person, SiteLook } from "./wire/protocol"

export type ToFrame =
  | { t: "open" }
  | { t: "close" }
  /** Look for answers without being opened: the visitor has written before. */
  | { t: "resume" }
  /** Whether the host page itself has the focus. */
  | { t: "focus"; on: boolean }

/** Everything the host page says carries its address: it speaks whenever the focus moves, so before each message. */
export type FromHost = ToFrame & { page: string }

/** `face` is a CSS background: a picture or a colour with the initials on it. */
export type Preview = { id: number; name: string; face: string; initials: string; text: string }

export type ToHost =
  | { t: "close" }
  | { t: "wrote" }
  | { t: "unread"; n: number; preview: Preview | null }

/** Handed to the frame in its address's fragment, so that its first paint is already the site's. */
export type Hint = { lang?: string; look?: SiteLook }

/** What the back office shows a preview of; `said` is by visitor and agent in turn, `timed` whether hours are kept. */
export type Scene = { name: "welcome" | "talk" | "away"; look: SiteLook; agent: Person; said: string[]; timed: boolean; opens_at: string | null }
