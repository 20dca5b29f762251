export type Piece = { text: string; href?: string }

const address = /\bhttps?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]+/gi

/** Cuts text into plain pieces and addresses. Only http and https become links; nothing is ever read as HTML. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = []
  let from = 0
  for (const match of text.matchAll(address)) {
    const href = trimEnd(match[0])
    if (!isWeb(href)) continue
    if (match.index > from) found.push({ text: text.slice(from, match.index) })
    found.push({ text: href, href })
    from = match.index + href.length
  }
  if (from < text.length) found.push({ text: text.slice(from) })
  return found
}

/** A stop or bracket after an address belongs to the sentence; a bracket that was opened inside belongs to it. */
function trimEnd(url: string): string {
  for (;;) {
    const last = url.at(-1)!
    const opened = last === ")" && url.split("(").length >= url.split(")").length
    if (opened || !/[.,;:!?)\]}'*_~]/.test(last)) return url
    url = url.slice(0, -1)
  }
}

function isWeb(url: string): boolean {
  try {
    const { protocol, username, password } = new URL(url)
    return /^https?:$/.test(protocol) && !username && !password // user@host hides where a link leads
  } catch {
    return false
  }
}
