// The two who talk, as they see their pages. Every method waits for what it names and fails with its words.
import assert from 'node:assert/strict'
import { until } from './product.mjs'
import { person } from './scene.mjs'

/** What both sides have: a thread of bubbles and a place to write. `place` is the page, or the frame in it. */
class Talker {
  constructor(page, place) {
    this.page = page
    this.place = place
  }

  bubbles() { return this.place.locator('.bubble:not(.dots)') }
  composer() { return this.place.locator('textarea') }

  async sees(text) {
    await this.bubbles().filter({ hasText: text }).first().waitFor()
  }

  /** All texts on the screen, from the oldest. */
  texts() {
    return this.bubbles().allInnerTexts()
  }

  async type(text) {
    await this.composer().pressSequentially(text)
  }

  async submit() {
    await this.place.locator('button.send:enabled').waitFor()
    await this.composer().press('Enter')
  }

  async write(text) {
    await this.composer().fill(text)
    await this.submit()
  }

  async seesTyping() {
    await this.place.locator('.dots').waitFor()
  }

  /** Nothing reaches past the right edge. */
  async fits() {
    for (const frame of this.page.frames()) {
      const [content, window] = await frame.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
      assert.ok(content <= window, `${content} px of content in a window of ${window} px: ${frame.url()}`)
    }
  }
}

export class Visitor extends Talker {
  static async at(shop, options) {
    const { page, context, complaints } = await person('visitor', { ordinary: true, ...options })
    await page.goto(shop.origin)
    return Object.assign(Visitor.on(page), { context, complaints })
  }

  static on(page) {
    return new Visitor(page, page.frameLocator('iframe[src*="/widget/frame"]'))
  }

  launcher() { return this.page.locator('button.launch') }

  async open() {
    await this.launcher().click()
    await this.composer().waitFor()
  }

  async close() {
    await this.place.locator('header button').last().click()
    await this.composer().waitFor({ state: 'hidden' })
  }

  async waitsAt(place) {
    await this.place.locator('.queue .number').filter({ hasText: new RegExp(`^${place}$`) }).waitFor()
  }

  async isServedBy(name) {
    await this.place.locator('header h1').filter({ hasText: name }).waitFor()
  }

  /** The state under the last own bubble: sent, delivered, read. */
  async lastOwnIs(state) {
    await this.place.locator(`.own .state.${state}`).waitFor()
  }

  async isOffline() {
    await this.place.locator('.offline').waitFor()
  }

  async isClosed() {
    await this.place.locator('header').filter({ hasText: /ended|已结束/ }).waitFor()
  }
}

/** A page of the console; its parts carry names for tests. */
class Console extends Talker {
  part(name) { return this.page.locator(`[data-test="${name}"]`) }

  /** Opens a page of the console as `who`, in a profile of its own. */
  static async open(who, address, options) {
    const { page, context, complaints } = await person(who, options)
    complaints.allow(/status of 401/) // the page asks who is signed in; a wrong pass phrase is part of a story
    await page.goto(address)
    return Object.assign(new this(page, page), { context, complaints })
  }
}

export class Owner extends Console {
  static at(link, options) { return this.open('owner', link, options) }

  async setUp(form) {
    await this.fillSetUp(form)
    await this.part('setup-submit').click()
    await this.part('setup-done').waitFor()
  }

  async fillSetUp({ name, email, password, site }) {
    await this.part('setup-name').fill(name)
    await this.part('setup-email').fill(email)
    await this.part('setup-password').fill(password)
    await this.part('setup-site').fill(site)
  }

  /** Tries a link that was used: the form gives way to words that say so. */
  async isTooLate(form) {
    await this.fillSetUp(form)
    await this.part('setup-submit').click()
    await this.part('setup-submit').waitFor({ state: 'hidden' })
    assert.equal(await this.part('setup-done').count(), 0)
  }

  embedLine() { return this.part('embed-line').innerText() }

  async toBackOffice() { await this.part('setup-finish').click() }

  /** Invites somebody and answers the link to hand over. */
  async invites({ name, email }) {
    await this.part('nav-agents').click()
    await this.part('invite').click()
    await this.part('new-name').fill(name)
    await this.part('new-email').fill(email)
    await this.part('new-submit').click()
    const link = await this.part('invite-link').innerText()
    await this.part('invite-done').click()
    return link
  }

  /** Adds a domain to the site and saves. */
  async allows(origin) {
    await this.part('nav-site').click()
    await this.part('domain-add').fill(origin)
    await this.part('domain-add').press('Enter')
    await this.part('site-save').click()
    await this.page.locator('[data-test="save-state"][data-state="saved"]').waitFor()
  }
}

export class Agent extends Console {
  static at({ origin }, options, address = `${origin}/agent`) {
    return this.open('agent', address, options)
  }

  /** Accepts the invitation that the page was opened with. */
  async accept({ name, password }) {
    await this.part('invite-name').fill(name)
    await this.part('invite-password').fill(password)
    await this.part('invite-accept').click()
  }

  /** The rows of the list that is shown. */
  rows() { return this.part('ticket') }

  async signIn(email, password) {
    await this.part('email').fill(email)
    await this.part('password').fill(password)
    await this.part('sign-in').click()
  }

  async isRefused() {
    await this.part('sign-problem').waitFor()
  }

  async goOnline() { await this.#go('online') }
  async goAway() { await this.#go('away') }

  async #go(state) {
    await this.part('seat-state').click()
    await this.page.locator(`[data-test="seat-state"][data-state="${state}"]`).waitFor()
  }

  async hasNothingToDo() {
    await this.part('empty').waitFor()
  }

  async listShows(text) {
    await this.rows().filter({ hasText: text }).waitFor()
  }

  async openMine(text) {
    await this.rows().filter({ hasText: text }).locator('button.open').click()
    await this.composer().waitFor()
  }

  async openFirstOfMine() {
    await this.page.locator('[data-test="ticket"][data-state="open"] button.open').first().click()
    await this.composer().waitFor()
  }

  /** Takes the first of those who wait, by hand. */
  async takeFirstWaiting() {
    await this.part('tab-waiting').click()
    await this.part('take').first().click()
  }

  async isTold(words) {
    await this.part('notice').filter({ hasText: words }).waitFor()
  }

  async showMine() {
    await this.part('tab-mine').click()
  }

  async lastOwnIs(state) {
    const own = this.page.locator('[data-test="message"].own').last()
    await until(`the agent's last message is ${state}`, async () => (await own.getAttribute('data-state')) === state)
  }

  async isOffline() {
    await this.part('offline').waitFor()
  }

  async addEmoji() {
    await this.part('emoji').click()
    await this.part('emoji-grid').locator('button').first().click()
  }

  async closeTicket() {
    this.complaints.allow(/404.*\/cursors/) // what was read in the last second can reach a conversation that is no longer the agent's
    await this.part('close-ticket').click()
    await this.part('close-confirm').click()
    await this.composer().waitFor({ state: 'hidden' })
  }
}
