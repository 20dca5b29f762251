// Who is named in a text: what `@` asks for while writing, and whom the written text speaks to. Pure.

import type { Body, Person } from "@wire/protocol"

export type Asked = { from: number; query: string }

/** As many as the server takes. */
const most = 50

/** namedAt finds `@query` before the cursor. In an address such as a@b it stands for itself. */
export function namedAt(text: string, cursor: number): Asked | undefined {
  const found = /(?<![\w.+-])@([^\s@]{0,32})$/.exec(text.slice(0, cursor))
  return found ? { from: found.index, query: found[1] as string } : undefined
}

/** speaksTo reads from a text whom it names: the longest name counts, and it ends where a word ends. */
export function speaksTo(text: string, people: readonly Pick<Person, "id" | "name">[], all: readonly string[]): Pick<Body, "mentions" | "mention_all"> {
  const names = [...people.map(({ id, name }) => ({ id, name: name.toLowerCase() })), ...all.map((name) => ({ id: 0, name: name.toLowerCase() }))].filter(({ name }) => name)
  names.sort((a, b) => b.name.length - a.name.length)
  const lower = text.toLowerCase()
  const mentions = new Set<number>()
  for (let at = lower.indexOf("@"); at >= 0; at = lower.indexOf("@", at + 1)) {
    if (/[\w.+-]/.test(lower[at - 1] ?? "")) continue
    const named = names.find(({ name }) => lower.startsWith(name, at + 1) && !/[\w]/.test(endOf(lower, name, at)))
    if (named) mentions.add(named.id)
  }
  if (mentions.delete(0)) return { mention_all: true }
  return mentions.size > 0 ? { mentions: [...mentions].slice(0, most) } : {}
}

/** What follows a name, unless the name itself ends in a letter that needs no gap, as Chinese does. */
function endOf(text: string, name: string, at: number): string {
  return /\w$/.test(name) ? (text[at + 1 + name.length] ?? "") : ""
}
