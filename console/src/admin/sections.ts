// The sections of the back office, and who may open them.

import type { Role, Session } from "@wire/protocol"
import type { IconName } from "../parts/Icon.vue"
import { leads } from "../state/session"

export type Section = { name: "site" | "live" | "tickets" | "agents" | "queues" | "settings" | "faq" | "blacklist" | "groups" | "reports" | "audit"; icon: IconName; for: "owner" | "supervisor" }

/** An owner may open everything, a supervisor what is for him. */
export const sections: readonly Section[] = [
  { name: "site", icon: "site", for: "owner" },
  { name: "live", icon: "pulse", for: "supervisor" },
  { name: "tickets", icon: "list", for: "supervisor" },
  { name: "agents", icon: "people", for: "owner" },
  { name: "queues", icon: "queue", for: "supervisor" },
  { name: "faq", icon: "note", for: "supervisor" },
  { name: "blacklist", icon: "ban", for: "supervisor" },
  { name: "groups", icon: "chat", for: "owner" },
  { name: "reports", icon: "flag", for: "owner" },
  { name: "settings", icon: "gear", for: "owner" },
  { name: "audit", icon: "log", for: "owner" },
]

/** siteOf is the site the back office shows: the first one owned, else the first one led. */
export function siteOf(session: Session): Role | undefined {
  return session.roles.find((role) => role.role === "owner") ?? session.roles.find((role) => leads(role.role))
}

/** sectionsFor lists what a person may open there; nothing means that the back office is closed to him. */
export function sectionsFor(session: Session): Section[] {
  const role = siteOf(session)?.role
  return sections.filter((section) => role === "owner" || (role && section.for === role))
}
