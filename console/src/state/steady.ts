// What did not change keeps its identity from one drawing to the next, so that a message that comes draws itself and not
// the ten thousand above it. Pure.

import type { Bubble, Line } from "./lines"

/** The lines of `next`, those that say the same as before being the very lines and bubbles of `before`. */
export function steady(before: readonly Line[], next: readonly Line[]): Line[] {
  const known = new Map(before.map((line) => [line.key, line]))
  return next.map((line) => {
    const old = known.get(line.key)
    if (!old || old.kind !== line.kind) return line
    if (line.kind !== "group" || old.kind !== "group") return same(old, line) ? old : line
    const bubbles = steadyBubbles(old.bubbles, line.bubbles)
    const unchanged = bubbles.length === old.bubbles.length && bubbles.every((bubble, i) => bubble === old.bubbles[i])
    const group = { ...line, bubbles: unchanged ? old.bubbles : bubbles }
    return same(old, group) ? old : group
  })
}

function steadyBubbles(before: readonly Bubble[], next: readonly Bubble[]): Bubble[] {
  const known = new Map(before.map((bubble) => [bubble.key, bubble]))
  return next.map((bubble) => {
    const old = known.get(bubble.key)
    if (!old || bubble.item) return bubble // what is on its way changes in place
    const fresh = { ...bubble, media: keep(old.media, bubble.media), reply: keep(old.reply, bubble.reply) }
    return same(old, fresh) ? old : fresh
  })
}

/** The old one of two parts that say the same. */
function keep<T extends object | undefined>(old: T, fresh: T): T {
  return old && fresh && same(old, fresh) ? old : fresh
}

/** Whether two have the same fields with the same values; parts are compared by identity. */
function same(a: object, b: object): boolean {
  const one = Object.entries(a)
  return one.length === Object.keys(b).length && one.every(([key, value]) => Object.is(value, (b as Record<string, unknown>)[key]))
}
