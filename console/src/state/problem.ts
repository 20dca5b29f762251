// What went wrong, for a person: the server's words when it answered, ours when it could not.

import { Fault } from "@wire/api"
import { say, type Lang } from "../text/words"

export type Trouble = { text: string; fields: Record<string, string>; code: string }

export const noTrouble: Trouble = { text: "", fields: {}, code: "" }

export function troubleOf(error: unknown, lang: Lang): Trouble {
  if (!(error instanceof Fault)) throw error
  if (error.status === 0) return { text: say(lang, "app.noNet"), fields: {}, code: error.code }
  const fields = Object.fromEntries(Object.entries(error.fields).map(([field, problem]) => [field, sentence(problem)]))
  return { text: sentence(error.message) || say(lang, "app.failed"), fields, code: error.code }
}

/** The server's words stand alone here, so they begin as a sentence does. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
