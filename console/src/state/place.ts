// Where one is in the messenger, as it stands behind # in the address bar: a tab, what is open in it, and a panel beside that.

export type Tab = "chats" | "contacts" | "find" | "me"
export type Place = { tab: Tab; page: string; id: number; panel: string }

export const tabs: readonly Tab[] = ["chats", "contacts", "find", "me"]

/** The pages of each tab; those of `numbered` name somebody or something by a number. */
const pages: Record<Tab, readonly string[]> = {
  chats: ["chat"],
  contacts: ["box", "groups", "mentions", "person", "group"],
  find: ["people", "groups"],
  me: ["profile", "devices", "privacy", "blocked", "calls"],
}
const numbered: readonly string[] = ["chat", "person", "group"]
const panels: readonly string[] = ["details", "search"]

/** placeOf reads an address; what it does not know is the list of chats. */
export function placeOf(hash: string): Place {
  const [tab = "", page = "", ...rest] = hash.replace(/^#?\/?/, "").split("/")
  if (!isTab(tab)) return at("chats")
  if (!page || !pages[tab].includes(page)) return at(tab)
  if (!numbered.includes(page)) return at(tab, page)
  const id = Number(rest[0])
  if (!Number.isSafeInteger(id) || id <= 0) return at(tab)
  return at(tab, page, id, panels.includes(rest[1] ?? "") ? rest[1] : "")
}

/** at makes a place. */
export function at(tab: Tab, page = "", id = 0, panel = ""): Place {
  return { tab, page, id, panel }
}

export function addressOf({ tab, page, id, panel }: Place): string {
  return `#/${[tab, page, id || "", panel].filter(Boolean).join("/")}`
}

/** above is the place one comes back to; a tab has none. */
export function above(place: Place): Place | undefined {
  if (place.panel) return { ...place, panel: "" }
  return place.page ? at(place.tab) : undefined
}

function isTab(word: string): word is Tab {
  return (tabs as readonly string[]).includes(word)
}
