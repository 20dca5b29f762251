// How far others have read, where the reader keeps his own to himself: he is not told it any more, and what he knew of it is forgotten.

import type { SyncAnswer } from "@wire/protocol"
import type { Timeline } from "@wire/timeline"

/** To be called before an answer is taken. */
export function forgetReading(answer: Pick<SyncAnswer, "conversations">, known: ReadonlyMap<number, Timeline>, me: number): void {
  for (const { id, discreet } of answer.conversations) {
    const members = known.get(id)?.members
    if (!discreet || !members) continue
    for (const member of members.values()) if (member.person_id !== me) members.set(member.person_id, { ...member, read: 0 })
  }
}
