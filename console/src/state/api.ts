// What only the console's pages ask for: older notes, the owners' queues and settings.

import { MemberApi } from "@wire/api_member"
import type { ActPage, Block, BlockPage, Board, ConversationPage, Edition, FailedMail, Header, Look, Mail, Member, MemberPage, MentionPage, MergedItem, Message, MessagePage, PinPage, PushDevice, Queue, ReactorPage, Settings, Ticket, TicketPage, Trial, Tried, VisitorBlock } from "@wire/protocol"
import { shallowRef } from "vue"
import type { ActQuery } from "./audit"
import type { QueuePatch } from "./queueform"

export type SettingsPatch = { chat?: Partial<Settings["chat"]>; files?: Partial<Settings["files"]>; members?: Partial<Settings["members"]>; proof?: Partial<Record<"mode" | "script_url" | "verify_url" | "site_key" | "secret", string>> }

/** What the list of tickets may be narrowed to; `missed` are those closed without an answer. */
export type TicketQuery = { site?: number; queue?: number; agent?: number; state?: Ticket["state"] | "missed"; rating?: number; from?: string; to?: string; before?: number; limit?: number }

/** Moves with every answer of the server: the line is there. */
export const answered = shallowRef(0)

export class ConsoleApi extends MemberApi {
  override async call<T>(...request: Parameters<MemberApi["call"]>): Promise<T> {
    const answer = await super.call<T>(...request)
    answered.value++
    return answer
  }

  tickets(query: TicketQuery): Promise<TicketPage> {
    return this.call("GET", "/api/desk/tickets", undefined, query)
  }

  /** The boards of the sites one leads, counted since a moment; who asks is pushed what changes. */
  boards(from: string): Promise<{ boards: Board[] }> {
    return this.call("GET", "/api/desk/board", undefined, { from })
  }

  /** Calls a colleague into a ticket. */
  callIn(ticket: number, agent: number, note: string): Promise<Ticket> {
    return this.call("POST", `/api/desk/tickets/${ticket}/invite`, note ? { agent, note } : { agent })
  }

  /** Ends a guest's part in a ticket; one's own without an agent. */
  leaveTicket(ticket: number, agent?: number): Promise<Ticket> {
    return this.call("POST", `/api/desk/tickets/${ticket}/leave`, agent ? { agent } : {})
  }

  joinTicket(ticket: number): Promise<Ticket> {
    return this.call("POST", `/api/desk/tickets/${ticket}/join`)
  }

  takeOver(ticket: number, reason: string): Promise<Ticket> {
    return this.call("POST", `/api/desk/tickets/${ticket}/take-over`, reason ? { reason } : {})
  }

  /** Has what happens in a conversation pushed to this person, and nobody told of it; to be asked again now and then. */
  watchTicket(ticket: number): Promise<Look> {
    return this.call("POST", `/api/desk/tickets/${ticket}/watch`)
  }

  unwatchTicket(ticket: number): Promise<void> {
    return this.call("POST", `/api/desk/tickets/${ticket}/unwatch`)
  }

  whisper(ticket: number, note: { client_msg_id: string; text: string }): Promise<Message> {
    return this.call("POST", `/api/desk/tickets/${ticket}/whisper`, note)
  }

  notesBefore(ticket: number, before: number, limit = 50): Promise<MessagePage> {
    return this.call("GET", `/api/desk/tickets/${ticket}/notes`, undefined, { before, limit })
  }

  /** Of every site one has a role on, each site's in its order; the first is where visitors begin. */
  queues(): Promise<{ queues: Queue[] }> {
    return this.call("GET", "/api/desk/queues")
  }

  addQueue(site: number, name: string): Promise<Queue> {
    return this.call("POST", `/api/admin/sites/${site}/queues`, { name })
  }

  updateQueue(queue: number, patch: QueuePatch): Promise<Queue> {
    return this.call("PATCH", `/api/admin/queues/${queue}`, patch)
  }

  /** Where a visitor who never came would be sent, and to whom. */
  tryVisitor(site: number, visitor: Trial): Promise<Tried> {
    return this.call("POST", `/api/admin/sites/${site}/try`, visitor)
  }

  setVIP(visitor: number, vip: boolean): Promise<void> {
    return this.call("PUT", `/api/desk/visitors/${visitor}/vip`, { vip })
  }

  removeQueue(queue: number): Promise<void> {
    return this.call("DELETE", `/api/admin/queues/${queue}`)
  }

  blocks(site: number, before?: number, limit = 50): Promise<BlockPage> {
    return this.call("GET", `/api/admin/sites/${site}/blacklist`, undefined, { before, limit })
  }

  blockAddress(site: number, block: { address: string; reason: string; minutes: number }): Promise<Block> {
    return this.call("POST", `/api/admin/sites/${site}/blacklist`, block)
  }

  unblock(site: number, block: number): Promise<void> {
    return this.call("DELETE", `/api/admin/sites/${site}/blacklist/${block}`)
  }

  visitorBlock(visitor: number): Promise<VisitorBlock> {
    return this.call("GET", `/api/desk/visitors/${visitor}/block`)
  }

  blockVisitor(visitor: number, block: { also_address: boolean; reason: string; minutes: number }): Promise<VisitorBlock> {
    return this.call("PUT", `/api/desk/visitors/${visitor}/block`, block)
  }

  acts(site: number, query: ActQuery, before?: number, limit = 50): Promise<ActPage> {
    return this.call("GET", `/api/admin/sites/${site}/audit`, undefined, { ...query, before, limit })
  }

  mail(): Promise<Mail> {
    return this.call("GET", "/api/admin/mail")
  }

  /** Waits for the mail server's answer. */
  testMail(): Promise<{ to: string; error: string }> {
    return this.call("POST", "/api/admin/mail/test")
  }

  failedMails(before: number, limit = 20): Promise<{ mails: FailedMail[]; more: boolean }> {
    return this.call("GET", "/api/admin/mail/failed", undefined, { before, limit })
  }

  retryMail(mail: number): Promise<void> {
    return this.call("POST", `/api/admin/mail/${mail}/retry`)
  }

  /** The transcript of a ticket, to whoever it is meant for. */
  mailTicket(ticket: number, email: string): Promise<void> {
    return this.call("POST", `/api/desk/tickets/${ticket}/transcript`, { email })
  }

  pushKey(): Promise<{ key: string }> {
    return this.call("GET", "/api/push/key")
  }

  /** Push to this browser while the sign-in lasts. */
  putDevice(device: PushDevice): Promise<void> {
    return this.call("PUT", "/api/push/device", device)
  }

  dropDevice(): Promise<void> {
    return this.call("DELETE", "/api/push/device")
  }

  settings(): Promise<Settings> {
    return this.call("GET", "/api/admin/settings")
  }

  updateSettings(patch: SettingsPatch): Promise<Settings> {
    return this.call("PATCH", "/api/admin/settings", patch)
  }

  /** Puts other words into an own text; the same id again answers the same. */
  edit(conversation: number, seq: number, id: string, text: string): Promise<Message> {
    return this.call("PATCH", `/api/chat/conversations/${conversation}/messages/${seq}`, { edit_id: id, text })
  }

  /** What a message said before, oldest first. */
  async edits(conversation: number, seq: number): Promise<Edition[]> {
    return (await this.call<{ edits: Edition[] }>("GET", `/api/chat/conversations/${conversation}/messages/${seq}/edits`)).edits
  }

  /** Puts a sign under a message, or takes one's own away. */
  react(conversation: number, seq: number, sign: string, on: boolean): Promise<Message> {
    return this.call(on ? "PUT" : "DELETE", `/api/chat/conversations/${conversation}/messages/${seq}/reactions/${encodeURIComponent(sign)}`)
  }

  /** Who reacted to a message, the first ones first. */
  reactors(conversation: number, seq: number, after: number): Promise<ReactorPage> {
    return this.call("GET", `/api/chat/conversations/${conversation}/messages/${seq}/reactions`, undefined, { after })
  }

  merged(conversation: number, seq: number): Promise<{ items: MergedItem[] }> {
    return this.call("GET", `/api/chat/conversations/${conversation}/messages/${seq}/merged`)
  }

  pins(conversation: number): Promise<PinPage> {
    return this.call("GET", `/api/chat/conversations/${conversation}/pins`)
  }

  pin(conversation: number, seq: number, on: boolean): Promise<Header> {
    return this.call(on ? "PUT" : "DELETE", `/api/chat/conversations/${conversation}/pins/${seq}`)
  }

  hide(conversation: number, seq: number): Promise<void> {
    return this.call("POST", `/api/chat/conversations/${conversation}/messages/${seq}/hide`)
  }

  clear(conversation: number, upTo: number): Promise<void> {
    return this.call("POST", `/api/chat/conversations/${conversation}/clear`, { up_to: upTo })
  }

  conversations(before: string): Promise<ConversationPage> {
    return this.call("GET", "/api/chat/conversations", undefined, { before })
  }

  /** What was said in a conversation, narrowed. */
  find(conversation: number, query: Record<string, string | number | undefined>): Promise<MessagePage> {
    return this.call("GET", `/api/chat/conversations/${conversation}/find`, undefined, { ...query, limit: 30 })
  }

  /** Where a file of a conversation is downloaded, by this browser's own sign-in. */
  exportAt(conversation: number, format: "text" | "json", lang: string): string {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    return `/api/chat/conversations/${conversation}/export?format=${format}&lang=${lang}&zone=${encodeURIComponent(zone)}`
  }

  /** What names one in groups, below the id of a message. */
  mentions(before?: number): Promise<MentionPage> {
    return this.call("GET", "/api/im/mentions", undefined, { before })
  }

  members(conversation: number, after: number): Promise<MemberPage> {
    return this.call("GET", `/api/chat/conversations/${conversation}/members`, undefined, { after, limit: 200 })
  }

  direct(person: number): Promise<Header> {
    return this.call("POST", "/api/chat/direct", { person })
  }

  makeGroup(id: string, name: string, people: number[]): Promise<Header> {
    return this.call("POST", "/api/chat/groups", { client_id: id, name, people })
  }

  renameGroup(group: number, name: string): Promise<Header> {
    return this.call("PATCH", `/api/chat/groups/${group}`, { name })
  }

  addMembers(group: number, people: number[]): Promise<Header> {
    return this.call("POST", `/api/chat/groups/${group}/members`, { people })
  }

  appoint(group: number, person: number, role: Member["role"]): Promise<Header> {
    return this.call("PATCH", `/api/chat/groups/${group}/members/${person}`, { role })
  }

  removeMember(group: number, person: number): Promise<void> {
    return this.call("DELETE", `/api/chat/groups/${group}/members/${person}`)
  }

  leaveGroup(group: number): Promise<void> {
    return this.call("POST", `/api/chat/groups/${group}/leave`)
  }

  dissolveGroup(group: number): Promise<void> {
    return this.call("POST", `/api/chat/groups/${group}/dissolve`)
  }
}
