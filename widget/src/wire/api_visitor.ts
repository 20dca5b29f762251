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

  say(request: p.SendRequest): Promise<p.Message> {
    return this.call("POST", "/api/live/messages", request)
  }

  end(): Promise<p.Live> {
    return this.call("POST", "/api/live/end")
  }
}
