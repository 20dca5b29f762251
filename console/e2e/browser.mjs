// Chromium, as the people of the stories have it: each gets a profile of his own.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const args = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
]
const patience = 15_000 // for one thing to appear; two cores are shared with the product and the build

const browserOptions = { executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args }

let browser
const profiles = []

/**
 * Opens a page in a fresh profile. Its complaints are collected until the story is over. As Chromium comes, and in private windows, a
 * frame on a foreign page is refused all storage; an `ordinary` profile gives it storage of its own for each site, as most browsers do.
 */
export async function openPage({ ordinary = false, locale = 'en', viewport = { width: 1280, height: 800 }, colorScheme = 'light' } = {}) {
  const options = { locale, viewport, colorScheme, reducedMotion: 'reduce' }
  const context = await (ordinary ? ordinaryProfile(options) : privateWindow(options))
  context.setDefaultTimeout(patience)
  context.setDefaultNavigationTimeout(patience)
  const page = context.pages()[0] ?? (await context.newPage())
  return { context, page, complaints: new Complaints(page) }
}

async function privateWindow(options) {
  browser ??= await chromium.launch(browserOptions)
  return browser.newContext(options)
}

async function ordinaryProfile(options) {
  const folder = await mkdtemp(join(tmpdir(), 'ichat-e2e-profile-'))
  await mkdir(join(folder, 'Default'))
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile: { block_third_party_cookies: false, cookie_controls_mode: 0 } }))
  profiles.push(folder)
  return chromium.launchPersistentContext(folder, { ...browserOptions, ...options })
}

export async function closeBrowser() {
  await browser?.close()
  for (const folder of profiles.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** What a page wrote to its console as an error, or threw: a broken policy, a failed script, a refused request. */
class Complaints {
  #all = []
  #allowed = []

  constructor(page) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.#all.push(`${message.text()} (${message.location().url})`)
    })
    page.on('pageerror', (error) => this.#all.push(error.stack ?? String(error)))
  }

  /** Says which complaints belong to the story, as a refused request does when the network is cut. */
  allow(pattern) {
    this.#allowed.push(pattern)
  }

  some(pattern) {
    return this.#all.some((text) => pattern.test(text))
  }

  /** Those that nothing allows. */
  list() {
    return this.#all.filter((text) => !this.#allowed.some((pattern) => pattern.test(text)))
  }
}
