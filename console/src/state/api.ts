// What only the console's pages ask for: older notes, the owners' queues and settings.

import { MemberApi } from "@wire/api_member"
import type { MessagePage, Queue, Settings } from "@wire/protocol"

export type SettingsPatch = { chat?: Partial<Settings["chat"]>; files?: Partial<Settings["files"]> }

export class ConsoleApi extends MemberApi {
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
