// What only the console's pages ask for: older notes, the owners' queues and settings.

import { MemberApi } from "@wire/api_member"
import type { Board, MessagePage, Queue, Settings, Ticket, TicketPage } from "@wire/protocol"

export type SettingsPatch = { chat?: Partial<Settings["chat"]>; files?: Partial<Settings["files"]> }

/** What the list of tickets may be narrowed to; `missed` are those closed without an answer. */
export type TicketQuery = { site?: number; queue?: number; agent?: number; state?: Ticket["state"] | "missed"; rating?: number; from?: string; to?: string; before?: number; limit?: number }

export class ConsoleApi extends MemberApi {
  tickets(query: TicketQuery): Promise<TicketPage> {
    return this.call("GET", "/api/desk/tickets", undefined, query)
  }

  /** The boards of the sites one leads, counted since a moment; who asks is pushed what changes. */
  boards(from: string): Promise<{ boards: Board[] }> {
    return this.call("GET", "/api/desk/board", undefined, { from })
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

  renameQueue(queue: number, name: string): Promise<Queue> {
    return this.call("PATCH", `/api/admin/queues/${queue}`, { name })
  }

  removeQueue(queue: number): Promise<void> {
    return this.call("DELETE", `/api/admin/queues/${queue}`)
  }

  settings(): Promise<Settings> {
    return this.call("GET", "/api/admin/settings")
  }

  updateSettings(patch: SettingsPatch): Promise<Settings> {
    return this.call("PATCH", "/api/admin/settings", patch)
  }
}
