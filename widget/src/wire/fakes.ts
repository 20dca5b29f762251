// Stand-ins for tests: a server's words without a server.
import { vi } from "vitest"
import type { ConversationSync, Member, Message, SyncAnswer } from "./protocol"
import type { WebSocketLike } from "./socket"

export const me = 1
export const agent = 2

export function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: 1000 + seq,
    conversation_id: 7,
    seq,
    version: seq,
    sender_id: agent,
    client_msg_id: `theirs-${seq}`,
    type: "text",
    body: { text: `line ${seq}` },
    reply_to: null,
    recalled: false,
    created_at: "2026-11-23T10:00:00Z",
    ...more,
  }
}

export function member(person: number, more: Partial<Member> = {}): Member {
  return { person_id: person, role: "member", join_seq: 1, left: false, read: 0, received: 0, version: 1, ...more }
}

export function conversation(messages: Message[], more: Partial<ConversationSync> = {}): ConversationSync {
  const top = messages.at(-1)
  return {
    id: 7,
    kind: "live",
    version: top?.version ?? 0,
    seq: top?.seq ?? 0,
    last_at: top?.created_at ?? "",
    reset: false,
    members: [member(me, { role: "visitor" }), member(agent, { role: "agent" })],
    messages,
    cursors: [],
    ...more,
  }
}

export function answer(conversations: ConversationSync[], more: Partial<SyncAnswer> = {}): SyncAnswer {
  return { me, epoch: "one", list: 1, conversations, gone: [], people: [], ...more }
}

/** A socket whose other end is the test. */
export class FakeSocket implements WebSocketLike {
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  onerror: (() => void) | null = null
  sent: string[] = []
  closed = false

  send(data: string): void {
    this.sent.push(data)
  }

  close(): void {
    this.closed = true
  }

  frame(...events: unknown[]): void {
    for (const event of events) this.onmessage?.({ data: JSON.stringify(event) })
  }

  drop(code = 1006): void {
    this.onclose?.({ code })
  }
}

/** Lets promises that wait for nothing run to their end. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
}
