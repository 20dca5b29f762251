import { Api } from "./api"
import type * as p from "./protocol"

/** What the chat window asks for on behalf of a visitor. */
export class VisitorApi extends Api {
  /** Makes a visitor; the token in the answer is not yet used by this Api. */
  arrive(request: { site: string; locale: string; parent_origin: string }): Promise<p.VisitorSession> {
    return this.call("POST", "/api/visitors", request)
  }

  me(): Promise<p.VisitorSession> {
    return this.call("GET", "/api/visitors/me")
  }

  live(): Promise<p.Live> {
    return this.call("GET", "/api/live")
  }

  say(request: p.SayRequest): Promise<p.Message> {
    return this.call("POST", "/api/live/messages", request)
  }

  /** Rates the last request; can be changed for a day. */
  rate(rating: { stars: number; comment?: string }): Promise<p.Live> {
    return this.call("POST", "/api/live/rating", rating)
  }

  /** Where the answer may reach the visitor while nobody is there. */
  leaveContact(contact: Partial<p.Contact>): Promise<p.Live> {
    return this.call("POST", "/api/live/contact", contact)
  }

  /** Mails the visitor his last request's part of the conversation. */
  transcript(email: string): Promise<void> {
    return this.call("POST", "/api/live/transcript", { email })
  }

  end(): Promise<p.Live> {
    return this.call("POST", "/api/live/end")
  }
}
