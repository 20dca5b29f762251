// The visitor, as he sees the shop's page and the window in it. Every method waits for what it names and fails with its words.
import assert from 'node:assert/strict'
import { person } from './scene.mjs'
import { Talker } from './talker.mjs'

export class Visitor extends Talker {
  static async at(shop, options, page = '') {
    return Visitor.#goesTo(shop.origin + page, options, (page) => Visitor.on(page))
  }

  /** Follows a link to the chat itself. */
  static async byLink(address, options) {
    return Visitor.#goesTo(address, options, (page) => new Visitor(page, page))
  }

  static async #goesTo(address, options, on) {
    const { page, context, complaints } = await person('visitor', { ordinary: true, ...options })
    await page.goto(address)
    return Object.assign(on(page), { context, complaints })
  }

  static on(page) {
    return new Visitor(page, page.frameLocator('iframe[src*="/widget/frame"]'))
  }

  tray() { return this.place.locator('.tray li') }
  messages() { return this.place.locator('.message') }
  files() { return this.place.locator('.bubble.file') }
  pictures(name) { return this.place.locator(`.bubble.picture button.open[title="${name}"]`) }
  viewer() { return this.place.locator('dialog.viewer') }
  systemLines() { return this.place.locator('p.system') }
  tombstones() { return this.systemLines() }

  launcher() { return this.page.locator('button.launch') }

  async open() {
    await this.launcher().click()
    await this.composer().waitFor()
  }

  async close() {
    await this.place.locator('header button').last().click()
    await this.composer().waitFor({ state: 'hidden' })
  }

  async chooses(queue) {
    await this.place.locator('.topics label').filter({ hasText: queue }).click()
  }

  /** What stands under the name at the top. */
  async isIn(words) {
    await this.place.locator('header p').filter({ hasText: words }).waitFor()
  }

  /** The estimate under the place, as a range. */
  async isToldHowLong() {
    await this.place.locator('.queue .range').filter({ hasText: /minute|\d min|分钟/ }).waitFor()
  }

  /** Nobody answered in time: he is asked to leave a message. */
  async isToldWeAreSorry() {
    await this.place.locator('.card.away h2').filter({ hasText: /Sorry|抱歉/ }).waitFor()
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

  /** The page is loaded again and the chat opened again. */
  async comesBack() {
    await this.page.reload()
    await this.open()
  }

  async isToldByALine(words) {
    await this.systemLines().filter({ hasText: words }).waitFor()
  }

  /** The message that says `words` why it was not sent. */
  async isRefused(words) {
    await this.place.locator('.stamp.refused').filter({ hasText: words }).waitFor()
  }

  async isAskedToRate() {
    await this.place.locator('.card .choice').waitFor()
  }

  async choosesStars(stars, comment) {
    await this.place.locator('.card .choice label').nth(stars - 1).click()
    await this.place.locator('.card textarea').fill(comment)
  }

  async rates(stars, comment) {
    await this.choosesStars(stars, comment)
    await this.place.locator('.card button.main').click()
  }

  async isThanked(stars) {
    await this.place.locator('.card.thanks').waitFor()
    assert.equal(await this.place.locator('.card.thanks .stars .lit').count(), stars)
  }

  async findsNobody() {
    await this.place.locator('.card.away').waitFor()
  }

  async seesHours(words) {
    await this.place.locator('.card.away .opens').filter({ hasText: words }).waitFor()
  }

  async seesAway(words) {
    await this.place.locator('.card.away .hint').filter({ hasText: words }).waitFor()
  }

  async leavesContact({ name, email, phone }) {
    for (const [field, value] of Object.entries({ email, phone, name })) await this.place.locator(`.card.away input[name="${field}"]`).fill(value)
    await this.place.locator('.card.away button.main').click()
  }

  /** Asks, after the end, for the conversation by mail. */
  async wantsItMailed(email) {
    const ask = this.place.locator('.keepsake .mail')
    const field = this.place.locator('.keepsake input')
    await ask.or(field).waitFor()
    if (await ask.count()) await ask.click()
    await field.fill(email)
    await this.place.locator('.keepsake .main').click()
  }

  async isRefusedMail(words) {
    await this.place.locator('.keepsake .flaw').filter({ hasText: words }).waitFor()
  }

  async contactIsKept() {
    await this.place.locator('.card.away .kept').waitFor()
  }
}
