import type { Body, Message } from "@wire/protocol"
import type { Extras, Outbox } from "@wire/outbox"
import { describe, expect, it, vi } from "vitest"
import { actionsFor } from "../src/state/actions"
import { Choosing, mostChosen } from "../src/state/choosing"
import { mergedOf, passMerged, passOn } from "../src/state/forward"
import { mergedTitle } from "../src/talk/merged"
import { quoteWords, wordsOf } from "../src/talk/words"
import { say } from "../src/text/words"

vi.mock("../src/parts/ui", () => ({ t: (key: Parameters<typeof say>[1], gaps?: Parameters<typeof say>[2]) => say("en", key, gaps) }))

function message(seq: number, type: Message["type"] = "text", body: Body = { text: `line ${seq}` }): Message {
  return { id: seq, conversation_id: 5, seq, version: seq, sender_id: 2, client_msg_id: `c${seq}`, type, body, reply_to: null, recalled: false, created_at: "2026-01-01T00:00:00Z" }
}

/** What would leave: where to, as what, and what the server is told. */
function outbox(): { left: unknown[]; box: Outbox } {
  const left: unknown[] = []
  const box = { add: (lane: number, body: Body, { type, ask }: Extras = {}) => left.push([lane, type ?? "text", ask ?? body]) }
  return { left, box: box as unknown as Outbox }
}

describe("passing messages on", () => {
  it("tells the server which messages they are, and never what they say, but for texts and cards", () => {
    const { left, box } = outbox()
    const own: Body = { card: { person_id: 3, name: "Wu", number: 9 } }
    passOn(box, 7, [message(1, "text", { text: "hello", mentions: [4] }), message(2, "image", { file_id: 8, name: "a.png" }), message(3, "merged", { merged: mergedOf("direct", ["A"], [], String) }), message(4, "card", own), message(5, "system", {})])
    expect(left).toEqual([
      [7, "text", { text: "hello" }],
      [7, "image", { from: { conversation_id: 5, seqs: [2] } }],
      [7, "merged", { from: { conversation_id: 5, seqs: [3] } }],
      [7, "card", { card: { person_id: 3 } }],
    ])
  })

  it("merges them into one", () => {
    const { left, box } = outbox()
    const messages = [1, 2, 3, 4, 5].map((seq) => message(seq))
    const merged = mergedOf("direct", ["Li", "Han"], messages, () => "Han")
    passMerged(box, 7, messages, merged)
    expect(left).toEqual([[7, "merged", { from: { conversation_id: 5, seqs: [1, 2, 3, 4, 5] } }]])
    expect(merged).toMatchObject({ count: 5, names: ["Li", "Han"] })
    expect(merged.lines.map((line) => line.text)).toEqual(["line 1", "line 2", "line 3", "line 4"])
  })
})

describe("choosing messages", () => {
  it("keeps them in the order they were said, however they are chosen", () => {
    const choosing = new Choosing()
    expect(choosing.on).toBe(false)
    choosing.begin(message(4))
    choosing.toggle(message(2))
    choosing.toggle(message(9))
    choosing.toggle(message(4))
    expect(choosing.messages.map((m) => m.seq)).toEqual([2, 9])
    choosing.drop((seq) => seq === 2)
    expect([choosing.count, choosing.has(9), choosing.on]).toEqual([1, true, true])
    choosing.end()
    expect([choosing.count, choosing.on]).toEqual([0, false])
  })

  it("takes no more than the server does", () => {
    const choosing = new Choosing()
    choosing.begin(message(1))
    for (let seq = 2; seq <= mostChosen; seq++) expect(choosing.toggle(message(seq))).toBe(true)
    expect([choosing.toggle(message(101)), choosing.count]).toEqual([false, mostChosen])
    choosing.toggle(message(1))
    expect(choosing.toggle(message(101))).toBe(true)
  })

  it("is offered for everything that can be passed on, and copying for texts alone", () => {
    const may = { write: true, recall: false, forward: true }
    expect(actionsFor(message(1), may)).toEqual(["reply", "copy", "forward", "choose"])
    expect(actionsFor(message(1, "file", { file_id: 3 }), may)).toEqual(["reply", "save", "forward", "choose"])
    expect(actionsFor({ ...message(1), recalled: true }, may)).toEqual([])
    expect(actionsFor(message(1, "card", { card: { person_id: 3 } }), may)).toEqual(["reply", "forward", "choose"])
  })
})

describe("words of what is passed on", () => {
  it("are the same in lists, pins and quotes", () => {
    const merged = mergedOf("group", ["Trip"], [message(1)], () => "Han")
    expect(wordsOf({ type: "merged", body: { merged } })).toBe("[Chat history] Trip")
    expect(wordsOf({ type: "card", body: { card: { group_id: 2, name: "Trip" } } })).toBe("[Card] Trip")
    expect(quoteWords({ seq: 1, sender_id: 2, alt: "Trip\nHan: line 1", type: "merged" })).toBe("[Chat history] Trip")
    expect(quoteWords({ seq: 1, sender_id: 2, alt: "two\nlines" })).toBe("two\nlines")
  })

  it("say whose history it is", () => {
    expect(mergedTitle({ kind: "direct", names: ["Li", "Han"] })).toBe("Chat history of Li and Han")
    expect(mergedTitle({ kind: "direct", names: ["Li"] })).toBe("Chat history of Li")
    expect(mergedTitle({ kind: "group", names: ["Trip"] })).toBe("Chat history of the group Trip")
  })
})
