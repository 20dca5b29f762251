import type { Hint } from "../port"
import { speak } from "../lang"
import type { Lang } from "../wire"
import type { SiteLook } from "../wire"

/** Where this page stands: in a host page's frame or alone, for which site, in which language. */
export type Place = { site: string; parent: string; lang: Lang; look: SiteLook | undefined }

export function readPlace(address: Location, languages: readonly string[]): Place {
  const query = new URLSearchParams(address.search)
  const hint = readHint(address.hash)
  const alone = /^\/c\/([^/]+)/.exec(address.pathname)?.[1]
  return {
    site: query.get("site") ?? decodeURIComponent(alone ?? ""),
    parent: query.get("parent") ?? address.origin,
    lang: speak(query.get("lang"), hint.lang, ...languages),
    look: hint.look,
  }
}

function readHint(hash: string): Hint {
  try {
    const hint = JSON.parse(decodeURIComponent(hash.slice(1))) as Hint | null
    return hint ?? {}
  } catch {
    return {}
  }
}
