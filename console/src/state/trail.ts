// The way of a ticket, from the queue it came to until its end: who had it and why, and what was decided beside. Pure.

import type { Assignment, Skipped, TicketEvent } from "@wire/protocol"
import { has, type Gaps, type Key, type Lang, say } from "../text/words"
import { length } from "../time"

export type Tone = "quiet" | "good" | "warn" | "bad"
export type Step = { key: string; at: string; tone: Tone; text: string; more: string; skipped: Skipped[] }

/** trailOf is the way in sentences of a language, oldest first. */
export function trailOf(history: readonly Assignment[], events: readonly TicketEvent[], lang: Lang): Step[] {
  const told = new Set(events.filter((event) => ["requeued", "overflowed", "closed"].includes(event.kind)).map((event) => Date.parse(event.at)))
  const steps = [
    ...events.map((event) => eventStep(event, lang)),
    ...history.map((one) => assignmentStep(one, lang)),
    ...history.flatMap((one) => endStep(one, lang, told)),
  ]
  return steps.sort((a, b) => a.at.localeCompare(b.at))
}

function assignmentStep({ id, agent, at, why }: Assignment, lang: Lang): Step {
  const text: Key = why.rule === "taken by hand" ? "trail.taken" : why.rule === "transferred" ? "trail.transferred" : "trail.assigned"
  return { key: `a${id}`, at, tone: "good", text: say(lang, text, { agent: agent.name }), more: text === "trail.assigned" ? word(lang, "rule", why.rule) : "", skipped: why.skipped }
}

/** How an assignment ended, unless an event of the same moment says it better. */
function endStep({ id, agent, ended_at, ended_by }: Assignment, lang: Lang, told: Set<number>): Step[] {
  if (!ended_at || told.has(Date.parse(ended_at)) || ended_by === "transferred") return []
  return [{ key: `e${id}`, at: ended_at, tone: "quiet", text: say(lang, "trail.endedBy", { agent: agent.name, how: word(lang, "ended", ended_by) }), more: "", skipped: [] }]
}

function eventStep(event: TicketEvent, lang: Lang): Step {
  const { why } = event
  const agent = why.name ?? say(lang, "say.someone")
  const step = (tone: Tone, key: Key, gaps: Gaps = {}, more = why.after_s ? say(lang, "trail.after", { time: length(why.after_s, lang) }) : ""): Step => ({ key: `v${event.id}`, at: event.at, tone, text: say(lang, key, gaps), more, skipped: [] })
  switch (event.kind) {
    case "reached":
      return step("quiet", "trail.reached", { queue: why.to ?? "" }, reached(lang, why))
    case "priority":
      return step("quiet", "trail.raised", { what: word(lang, "when", why.for ?? why.rule), n: why.is ?? 0 }, "")
    case "boosted":
      return step("quiet", "trail.boosted", { n: why.is ?? 0 })
    case "nudged":
      return step("warn", "trail.nudged", { agent })
    case "requeued":
      return step("warn", why.rule === "no_answer" ? "trail.requeuedNoAnswer" : why.rule === "absent" ? "trail.requeuedAbsent" : "trail.requeued", { agent })
    case "apologized":
      return step("bad", "trail.apologized")
    case "overflowed":
      return step("warn", "trail.overflowed", { queue: why.to ?? "" })
    case "idle_warned":
      return step("quiet", "trail.idleWarned")
    case "closed":
      return step("quiet", why.rule === "idle" ? "trail.closedIdle" : why.rule === "gone" ? "trail.closedGone" : "trail.closed")
  }
  const key = `trail.${event.kind}`
  return has(key) ? step("quiet", key, { agent }) : { ...step("quiet", "trail.closed"), text: event.kind }
}

function reached(lang: Lang, why: TicketEvent["why"]): string {
  const key = `trail.reached.${why.rule}`
  const how = has(key) ? say(lang, key, { match: why.match ?? "" }) : why.rule
  return why.is ? `${how} · ${say(lang, "trail.priority", { n: why.is, what: word(lang, "when", why.for ?? "") })}` : how
}

/** The server's words are keys; a newer server may know more than this page, then its own word is shown. */
export function word(lang: Lang, kind: "rule" | "why" | "ended" | "when" | "try.reached", text: string): string {
  const key = `${kind}.${text}`
  return has(key) ? say(lang, key) : text
}
