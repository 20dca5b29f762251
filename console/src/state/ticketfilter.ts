// What the list of tickets is narrowed to, as it stands in the page's address: #tickets/ID?state=closed&day=today.

import { dayStart } from "../time"
import type { TicketQuery } from "./api"

export const states = ["waiting", "open", "closed", "missed"] as const
export const periods = ["today", "yesterday", "week", "month"] as const

export type Period = (typeof periods)[number]

/** Undefined restricts nothing. Dates are days of the reader's calendar, `until` included. */
export type TicketFilter = {
  site?: number | undefined
  queue?: number | undefined
  agent?: number | undefined
  state?: (typeof states)[number] | undefined
  rating?: number | undefined
  period?: Period | undefined
  since?: string | undefined
  until?: string | undefined
}

const day = /^\d{4}-\d{2}-\d{2}$/

/** addressOf writes a filter, and the ticket that is open, as the end of an address. */
export function addressOf(filter: TicketFilter, open = 0): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value))
  return `#tickets${open ? `/${open}` : ""}${query.size ? `?${query}` : ""}`
}

/** readAddress is the other way round; what it does not understand restricts nothing. */
export function readAddress(hash: string): { filter: TicketFilter; open: number } {
  const [path = "", search = ""] = hash.split("?")
  const query = new URLSearchParams(search)
  const among = <T extends string>(name: string, all: readonly T[]): T | undefined => all.find((one) => one === query.get(name))
  const date = (name: string): string | undefined => (day.test(query.get(name) ?? "") ? (query.get(name) as string) : undefined)
  const filter: TicketFilter = {
    site: whole(query.get("site")),
    queue: whole(query.get("queue")),
    agent: whole(query.get("agent")),
    state: among("state", states),
    rating: [1, 2, 3, 4, 5].find((n) => String(n) === query.get("rating")),
    period: among("period", periods),
    since: date("since"),
    until: date("until"),
  }
  return { filter: tidy(filter), open: whole(path.split("/")[1] ?? "") ?? 0 }
}

/** queryOf is the filter as the server wants it: with moments instead of the reader's days. */
export function queryOf(filter: TicketFilter, now: number): TicketQuery {
  const { site, queue, agent, state, rating } = filter
  return defined({ site, queue, agent, state, rating, ...momentsOf(filter, now) })
}

/** tidy drops what restricts nothing. */
export function tidy(filter: TicketFilter): TicketFilter {
  return defined(filter)
}

function momentsOf({ period, since, until }: TicketFilter, now: number): { from?: string | undefined; to?: string | undefined } {
  if (period === "today") return { from: at(dayStart(now)) }
  if (period === "yesterday") return { from: at(dayStart(now, -1)), to: at(dayStart(now)) }
  if (period) return { from: at(dayStart(now, period === "week" ? -6 : -29)) }
  const [first, last] = since && until && since > until ? [until, since] : [since, until] // typed the wrong way round
  return { from: first && at(dayStart(Date.parse(`${first}T12:00`))), to: last && at(dayStart(Date.parse(`${last}T12:00`), 1)) }
}

function at(time: number): string {
  return new Date(time).toISOString()
}

function whole(text: string | null): number | undefined {
  const n = Number(text)
  return text && Number.isSafeInteger(n) && n > 0 ? n : undefined
}

function defined<T extends object>(all: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}
