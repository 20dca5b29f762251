import { Api } from "./api"
import type * as p from "./protocol"

type SitePatch = Partial<Pick<p.Site, "name" | "domains" | "accent" | "title" | "greeting" | "away" | "hint" | "texts" | "position" | "theme" | "when_away" | "hours">>
type AgentPatch = Partial<Pick<p.Agent, "cap" | "role" | "disabled">>

/** What the console asks for: sign-in, the agent's desk, the back office. */
export class MemberApi extends Api {
  setup(request: { token: string; name: string; email: string; password: string; site_name: string }): Promise<p.Session> {
    return this.call("POST", "/api/setup", request)
  }

  signIn(request: { email?: string; name?: string; password: string }): Promise<p.Session> {
    return this.call("POST", "/api/session", request)
  }

  acceptInvitation(request: { token: string; name: string; password: string }): Promise<p.Session> {
    return this.call("POST", "/api/invitations/accept", request)
  }

  desk(): Promise<p.Desk> {
    return this.call("GET", "/api/desk")
  }

  seat(state: p.Seat["state"]): Promise<p.Seat> {
    return this.call("PUT", "/api/desk/seat", { state })
  }

  take(ticket: number): Promise<p.Ticket> {
    return this.call("POST", `/api/desk/tickets/${ticket}/take`)
  }

  close(ticket: number): Promise<p.Ticket> {
    return this.call("POST", `/api/desk/tickets/${ticket}/close`)
  }

  closedTickets(before?: number, limit = 50, queue?: number): Promise<p.TicketPage> {
    return this.call("GET", "/api/desk/tickets", undefined, { state: "closed", queue, before, limit })
  }

  ticket(ticket: number): Promise<p.TicketDetail> {
    return this.call("GET", `/api/desk/tickets/${ticket}`)
  }

  /** A waiting or closed ticket's messages, by role instead of membership. */
  ticketMessages(ticket: number, before?: number, limit = 50): Promise<p.MessagePage> {
    return this.call("GET", `/api/desk/tickets/${ticket}/messages`, undefined, { before, limit })
  }

  /** To a colleague, or back into a queue at the same place. */
  transfer(ticket: number, to: { to_agent?: number; to_queue?: number; note?: string }): Promise<p.Ticket> {
    return this.call("POST", `/api/desk/tickets/${ticket}/transfer`, to)
  }

  inviteRating(ticket: number): Promise<void> {
    return this.call("POST", `/api/desk/tickets/${ticket}/invite-rating`)
  }

  notes(ticket: number): Promise<p.MessagePage> {
    return this.call("GET", `/api/desk/tickets/${ticket}/notes`)
  }

  addNote(ticket: number, note: { client_msg_id: string; text: string }): Promise<p.Message> {
    return this.call("POST", `/api/desk/tickets/${ticket}/notes`, note)
  }

  canned(): Promise<{ canned: p.Canned[] }> {
    return this.call("GET", "/api/desk/canned")
  }

  addCanned(reply: Pick<p.Canned, "site_id" | "shortcut" | "text" | "scope">): Promise<p.Canned> {
    return this.call("POST", "/api/desk/canned", reply)
  }

  updateCanned(id: number, patch: Partial<Pick<p.Canned, "shortcut" | "text">>): Promise<p.Canned> {
    return this.call("PATCH", `/api/desk/canned/${id}`, patch)
  }

  removeCanned(id: number): Promise<void> {
    return this.call("DELETE", `/api/desk/canned/${id}`)
  }

  usedCanned(id: number): Promise<void> {
    return this.call("POST", `/api/desk/canned/${id}/used`)
  }

  sites(): Promise<{ sites: p.Site[] }> {
    return this.call("GET", "/api/admin/sites")
  }

  updateSite(site: number, patch: SitePatch): Promise<p.Site> {
    return this.call("PATCH", `/api/admin/sites/${site}`, patch)
  }

  agents(site: number): Promise<{ agents: p.Agent[] }> {
    return this.call("GET", `/api/admin/sites/${site}/agents`)
  }

  addAgent(site: number, agent: { email: string; name: string; role: p.Agent["role"] }): Promise<{ agent: p.Agent; link: string; mailed: boolean }> {
    return this.call("POST", `/api/admin/sites/${site}/agents`, agent)
  }

  updateAgent(site: number, person: number, patch: AgentPatch): Promise<p.Agent> {
    return this.call("PATCH", `/api/admin/sites/${site}/agents/${person}`, patch)
  }

  invite(site: number, person: number): Promise<{ link: string; mailed: boolean }> {
    return this.call("POST", `/api/admin/sites/${site}/agents/${person}/invitation`)
  }
}
