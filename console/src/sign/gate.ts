// What every page begins with: the API in the reader's language, the sign-in, and what the address bar asked for.

import type { ApiOptions } from "@wire/api"
import { watchEffect } from "vue"
import { lang } from "../parts/ui"
import type { ConsoleApi } from "../state/api"
import { doorOf, SignIn, type Door } from "../state/session"

export type Gate<A> = { api: A; signIn: SignIn; door: Door }

export function openGate<A extends ConsoleApi>(make: (options: ApiOptions) => A, door = doorOf(location.hash)): Gate<A> {
  const api = make({ lang: lang.value, fetch: (input, init) => watched(input, init) })
  const signIn = new SignIn(api)
  watchEffect(() => (api.lang = lang.value))
  if (doorOf(location.hash).kind !== "none") history.replaceState(null, "", location.pathname) // a token is nothing for the history
  if (door.kind === "none") void signIn.load()

  /** Whatever request first hears that the sign-in is over, the page goes back to the door. */
  async function watched(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const answer = await fetch(input, init)
    if (answer.status === 401) signIn.lost()
    return answer
  }
  return { api, signIn, door }
}
