// The real binary on a free port with a folder of its own, and its API as a person with a sign-in uses it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const binary = process.env.ICHAT_BINARY ?? fileURLToPath(new URL('../../bin/ichat', import.meta.url))

export const owner = { email: 'owner@example.com', password: 'correct horse battery staple' }

const running = new Set()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL'))) // an interrupted run leaves no server behind

export class Product {
  #child
  #log = ''

  constructor(port, folder, owner, settings) {
    this.settings = settings
    this.port = port
    this.folder = folder
    this.owner = owner
    this.origin = `http://localhost:${port}`
  }

  /** Starts on an empty folder; with an owner, who then exists already. `settings` are variables beyond the usual ones. */
  static async start(owner, settings) {
    const product = new Product(await freePort(), await mkdtemp(join(tmpdir(), 'ichat-e2e-')), owner, settings)
    await product.start()
    return product
  }

  /** Starts on a month of a small shop's conversations; everybody there has this password. */
  static async startDemo(password) {
    const product = new Product(await freePort(), await mkdtemp(join(tmpdir(), 'ichat-e2e-')))
    const demo = spawn(binary, ['demo', '--tickets', '120'], { env: product.#environment({ ICHAT_DEMO_PASSWORD: password }), stdio: 'ignore' })
    const [code] = await once(demo, 'exit')
    assert.equal(code, 0, 'the demo was not made')
    await product.start()
    return product
  }

  /** Nothing of the surroundings' settings, and these. */
  #environment(more) {
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('ICHAT_'))
    return { ...Object.fromEntries(environment), ICHAT_ADDR: `127.0.0.1:${this.port}`, ICHAT_DATA: this.folder, ...more }
  }

  /** Starts, or starts again, on the same port and folder, and answers when the product can serve. */
  async start() {
    const child = spawn(binary, ['serve'], {
      env: this.#environment({ ...this.settings, ...(this.owner && { ICHAT_OWNER_EMAIL: this.owner.email, ICHAT_OWNER_PASSWORD: this.owner.password }) }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    running.add(child)
    child.once('exit', () => running.delete(child))
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { this.#log += text })
    await until('the product is ready', async () => {
      if (child.exitCode !== null) throw new Error(`the product left with ${child.exitCode}:\n${this.log()}`)
      const answer = await fetch(`${this.origin}/readyz`).catch(() => undefined)
      return answer?.ok
    })
  }

  /** kill -9: nothing is said to anybody, nothing is flushed. */
  async kill() {
    await this.#end('SIGKILL')
  }

  async stop() {
    await this.#end('SIGTERM')
    await rm(this.folder, { recursive: true, force: true })
  }

  async #end(signal) {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  /** The one-time link it printed, at the address the stories use. */
  setupLink() {
    const [path] = /\/admin#setup=[\w-]+/.exec(this.#log) ?? assert.fail(`no set-up link in the log:\n${this.log()}`)
    return this.origin + path
  }

  /** The end of what the product logged. */
  log() {
    return this.#log.split('\n').slice(-40).join('\n')
  }

  async signIn(email = owner.email, password = owner.password) {
    const member = new Caller(this.origin)
    await member.post('/api/session', { email, password })
    return member
  }

  /** Asks as nobody; answers status and body, whatever the status. */
  ask(method, path, body) {
    return new Caller(this.origin).ask(method, path, body)
  }
}

/** Somebody who asks the API: a member with a cookie, as a page of the product has it, or a visitor with a token. */
export class Caller {
  #cookie = ''

  constructor(origin, token) {
    this.origin = origin
    this.token = token
  }

  get(path) { return this.#expect('GET', path) }
  post(path, body) { return this.#expect('POST', path, body) }
  put(path, body) { return this.#expect('PUT', path, body) }
  patch(path, body) { return this.#expect('PATCH', path, body) }

  async ask(method, path, body) {
    const answer = await fetch(this.origin + path, {
      method,
      headers: {
        Origin: this.origin,
        'Accept-Language': 'en',
        ...(this.#cookie && { Cookie: this.#cookie }),
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const cookie = answer.headers.getSetCookie()[0]
    if (cookie) this.#cookie = cookie.split(';')[0]
    const text = await answer.text()
    return { status: answer.status, body: text ? JSON.parse(text) : undefined }
  }

  async #expect(method, path, body) {
    const answer = await this.ask(method, path, body)
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
}

/** Tries until the answer is true; the only place that waits by the clock, for what no page can tell. */
export async function until(what, check, limit = 20_000) {
  const end = Date.now() + limit
  for (;;) {
    const answer = await check()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
