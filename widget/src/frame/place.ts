import type { Hint } from "../port"
import { inWords, speak } from "../lang"
import type { Lang } from "../wire"
import type { SiteLook } from "../wire"

/** Where this page stands: in a host page's frame or alone, for which site, in which language. */
export type Place = { site: string; parent: string; lang: Lang; look: SiteLook | undefined; preview: boolean; to: { queue?: number; agent?: number } }

export function readPlace(address: Location, languages: readonly string[]): Place {
  const query = new URLSearchParams(address.search)
  const hint = readHint(address.hash)
  const alone = /^\/c\/([^/]+)/.exec(address.pathname)?.[1]
  const lang = speak(query.get("lang"), hint.lang, ...languages)
  return {
    site: query.get("site") ?? decodeURIComponent(alone ?? ""),
    parent: query.get("parent") ?? address.origin,
    lang,
    look: hint.look && inWords(hint.look, lang),
    preview: query.has("preview"),
    to: wishes(query),
  }
}

/** The queue and the agent a direct link asks for. */
function wishes(query: URLSearchParams): Place["to"] {
  const to: Place["to"] = {}
  for (const name of ["queue", "agent"] as const) if (+query.get(name)!) to[name] = +query.get(name)!
  return to
}

function readHint(hash: string): Hint {
  try {
    const hint = JSON.parse(decodeURIComponent(hash.slice(1))) as Hint | null
    return hint ?? {}
  } catch {
    return {}
  }
}
