// Who is signed in, and the ways to come in: password, set-up link, invitation, registration.

import { Fault } from "@wire/api"
import type { MemberApi } from "@wire/api_member"
import type { Role, Session } from "@wire/protocol"
import { shallowRef } from "vue"

/** What the address bar asked for. */
export type Door = { kind: "setup" | "invite" | "join" | "group" | "person"; token: string } | { kind: "none" }

export type SignInState = "unknown" | "out" | "in" | "unreachable"

/** doorOf reads `#setup=TOKEN`, `#invite=TOKEN`, `#join=TOKEN`, `#group=TOKEN` and `#person=NUMBER`. */
export function doorOf(hash: string): Door {
  const found = /^#(setup|invite|join|group|person)=([\w-]+)$/.exec(hash)
  return found ? { kind: found[1] as Exclude<Door["kind"], "none">, token: found[2] as string } : { kind: "none" }
}

/** An owner may do what a supervisor may. */
export function leads(role: Role["role"]): boolean {
  return role === "owner" || role === "supervisor"
}

export class SignIn {
  readonly #api: MemberApi
  readonly #state = shallowRef<SignInState>("unknown")
  readonly #session = shallowRef<Session | null>(null)
  readonly #ended = shallowRef(false)

  constructor(api: MemberApi) {
    this.#api = api
  }

  get state(): SignInState {
    return this.#state.value
  }

  get session(): Session | null {
    return this.#session.value
  }

  /** The sign-in was there and ended from outside: the sign-in page says so. */
  get ended(): boolean {
    return this.#ended.value
  }

  async load(): Promise<void> {
    try {
      this.#enter(await this.#api.session())
    } catch (error) {
      this.#state.value = error instanceof Fault && error.status === 401 ? "out" : "unreachable"
    }
  }

  /** By an e-mail address, or by the name of a member. */
  async enter(who: string, password: string): Promise<void> {
    const clean = who.trim()
    this.#enter(await this.#api.signIn(clean.includes("@") ? { email: clean, password } : { name: clean, password }))
  }

  /** Comes in by what answers a session of its own, as a registration does. */
  async begin(act: () => Promise<Session>): Promise<void> {
    this.#enter(await act())
  }

  /** The session of a new owner is kept, but the wizard stays until `finish`. */
  async setup(request: { token: string; name: string; email: string; password: string; site_name: string }): Promise<void> {
    this.#session.value = await this.#api.setup({ ...request, email: request.email.trim(), name: request.name.trim(), site_name: request.site_name.trim() })
  }

  async accept(token: string, name: string, password: string): Promise<void> {
    this.#session.value = await this.#api.acceptInvitation({ token, name: name.trim(), password })
    this.finish()
  }

  finish(): void {
    if (this.#session.value) this.#state.value = "in"
  }

  async leave(): Promise<void> {
    try {
      await this.#api.signOut()
    } catch (error) {
      if (!(error instanceof Fault) || error.status !== 401) throw error
    }
    this.#out(false)
  }

  /** The server ended the sign-in (401, or the socket closed with 4401). */
  lost(): void {
    if (this.#state.value === "in") this.#out(true)
  }

  #enter(session: Session): void {
    this.#session.value = session
    this.#state.value = "in"
    this.#ended.value = false
  }

  #out(ended: boolean): void {
    this.#session.value = null
    this.#state.value = "out"
    this.#ended.value = ended
  }
}
