import type * as p from "./protocol"

export type Lang = "zh-CN" | "en"

/** A refusal in the server's words, or a request that got no answer (status 0, retry "same"). */
export class Fault extends Error {
  readonly status: number
  readonly code: string
  readonly retry: p.Problem["retry"]
  readonly retryAfter: number
  readonly fields: Record<string, string>
  readonly requestId: string

  constructor(status: number, problem: Partial<p.Problem>) {
    super(problem.message ?? "")
    this.name = "Fault"
    this.status = status
    this.code = problem.code ?? (status === 0 ? "network" : "internal")
    this.retry = problem.retry ?? (status === 0 || status >= 500 ? "same" : status === 429 ? "later" : "never")
    this.retryAfter = problem.retry_after_ms ?? 0
    this.fields = problem.fields ?? {}
    this.requestId = problem.request_id ?? ""
  }
}

export type ApiOptions = {
  /** Origin of the server; empty means the page's own. */
  base?: string
  /** Bearer token; without it the session cookie speaks. */
  token?: string
  lang: Lang
  fetch?: typeof fetch
  /** How long an answer may take before it counts as lost. */
  patience?: number
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
type Query = Record<string, string | number | undefined>

/** Typed calls every signed-in person may make. Every failure is a Fault. */
export class Api {
  readonly base: string
  token: string | undefined
  lang: Lang
  #fetch: typeof fetch
  #patience: number

  constructor(options: ApiOptions) {
    this.base = options.base ?? ""
    this.token = options.token
    this.lang = options.lang
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init))
    this.#patience = options.patience ?? 15_000
  }

  bind(request: p.BindRequest): Promise<p.SyncAnswer> {
    return this.call("POST", "/api/chat/bind", request)
  }

  sync(request: p.SyncRequest): Promise<p.SyncAnswer> {
    return this.call("POST", "/api/chat/sync", request)
  }

  send(conversation: number, request: p.SendRequest): Promise<p.Message> {
    return this.call("POST", `/api/chat/conversations/${conversation}/messages`, request)
  }

  /** Messages below `before`, ascending. */
  history(conversation: number, before: number, limit = 50): Promise<p.MessagePage> {
    return this.call("GET", `/api/chat/conversations/${conversation}/messages`, undefined, { before, limit })
  }

  /** Takes an own message back; the answer is what stays of it. */
  recall(conversation: number, seq: number): Promise<p.Message> {
    return this.call("POST", `/api/chat/conversations/${conversation}/messages/${seq}/recall`)
  }

  /** Short-lived addresses of a file one may see. */
  links(file: number): Promise<p.FileLinks> {
    return this.call("POST", `/api/files/${file}/links`)
  }

  cursors(conversation: number, moved: { read?: number; received?: number }): Promise<void> {
    return this.call("POST", `/api/chat/conversations/${conversation}/cursors`, moved)
  }

  session(): Promise<p.Session> {
    return this.call("GET", "/api/session")
  }

  signOut(): Promise<void> {
    return this.call("DELETE", "/api/session")
  }

  async call<T>(method: Method, path: string, body?: unknown, query: Query = {}): Promise<T> {
    const { status, text } = await this.#ask(method, path + queryString(query), body)
    return answerOf<T>(status, text)
  }

  /** What every request says about who asks, and in which language to answer. */
  headers(): Record<string, string> {
    const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": this.lang }
    if (this.token) headers["Authorization"] = `Bearer ${this.token}`
    return headers
  }

  async #ask(method: Method, path: string, body: unknown): Promise<{ status: number; text: string }> {
    const headers = this.headers()
    if (body !== undefined) headers["Content-Type"] = "application/json"
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), this.#patience)
    try {
      const answer = await this.#fetch(this.base + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        credentials: this.token ? "omit" : "same-origin",
        signal: abort.signal,
      })
      return { status: answer.status, text: await answer.text() }
    } catch {
      throw new Fault(0, {})
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Reads an answer; anything but success is thrown as a Fault. */
export function answerOf<T>(status: number, text: string): T {
  if (status === 204) return undefined as T
  const data = parse(text)
  if (status < 200 || status > 299) throw new Fault(status, isObject(data) ? data : {})
  if (data === undefined) throw new Fault(0, {}) // a page of somebody's proxy, not our answer
  return data as T
}

function queryString(query: Query): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
  return parts.length > 0 ? `?${parts.join("&")}` : ""
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Partial<p.Problem> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
