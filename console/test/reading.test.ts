import { realClock } from "@wire/clock"
import { Timeline } from "@wire/timeline"
import { expect, test } from "vitest"
import { forgetReading } from "../src/state/reading"
import { conversation, me, message, theo } from "./fakes"

test("who keeps his reading to himself forgets that of others until he is shown it again", () => {
  const timeline = new Timeline(7, realClock, () => undefined)
  const own = message(7, 2, { sender_id: me.id })
  timeline.applySync(conversation(7, [message(7, 1), own], 2))
  timeline.cursor({ person_id: theo.id, read: 2, received: 2 })
  expect([timeline.mark(own), timeline.reads(me.id)]).toEqual(["read", 8])

  const take = (discreet: boolean, read: number): void => {
    const sync = { ...conversation(7, [], 2), version: 2, seq: 2, members: [], cursors: [{ person_id: theo.id, read, received: 2 }], discreet }
    forgetReading({ conversations: [sync] }, new Map([[7, timeline]]), me.id)
    timeline.applySync(sync)
  }
  take(true, 0)
  expect([timeline.mark(own), timeline.reads(me.id), timeline.unread(me.id)]).toEqual(["delivered", 6, 0])
  take(false, 2)
  expect([timeline.mark(own), timeline.reads(me.id)]).toEqual(["read", 8])
})
