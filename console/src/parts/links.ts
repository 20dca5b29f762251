// Plain text with its web addresses found, so that a view can make links of them. Nothing else is ever a link.

export type Part = { text: string; href: string }

const address = /\bhttps?:\/\/[^\s<>"'，。；！？、）】》]+/g

export function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const found of text.matchAll(address)) {
    const href = trimmed(found[0])
    if (!URL.canParse(href)) continue
    if (found.index > at) parts.push({ text: text.slice(at, found.index), href: "" })
    parts.push({ text: href, href })
    at = found.index + href.length
  }
  if (at < text.length) parts.push({ text: text.slice(at), href: "" })
  return parts
}

/** onlyEmoji tells whether a text is up to three emoji and nothing else: those are shown large. */
export function onlyEmoji(text: string): boolean {
  return /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}|\p{Emoji_Modifier})*\s*){1,3}$/u.test(text)
}

/** The stop that ends a sentence, and a bracket that was opened before, are not the address's. */
function trimmed(href: string): string {
  let end = href.replace(/[.,;:!?]+$/, "")
  if (end.endsWith(")") && !end.includes("(")) end = end.slice(0, -1)
  return end
}
