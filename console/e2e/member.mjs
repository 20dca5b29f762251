// Somebody in the messenger. Every method waits for what it names and fails with its words.
import { Console } from './console.mjs'
import { until } from './product.mjs'

/** Somebody in the messenger, on one of his devices. */
export class Member extends Console {
  static at({ origin }, options, address = `${origin}/im`) {
    return this.open('member', address, options)
  }

  async registers(name, password) {
    await this.part('to-register').click()
    await this.part('register-name').fill(name)
    await this.part('register-password').fill(password)
    await this.part('register').click()
    await this.isIn()
  }

  async enters(name, password) {
    await this.signIn(name, password)
    await this.isIn()
  }

  async isIn() {
    await this.part('rail').waitFor()
  }

  /** On a phone the tabs are below the list only. */
  async shows(tab) {
    await this.part('rail').or(this.part('back')).first().waitFor()
    if (!(await this.part('rail').count())) await this.part('back').click()
    await this.part(`tab-${tab}`).click()
  }

  session(name) { return this.part('room').filter({ has: this.page.locator('b', { hasText: name }) }) }

  async opens(name) {
    await this.shows('chats')
    await this.session(name).click()
    await this.composer().waitFor()
  }

  async unreadIs(name, n) {
    await until(`${n} unread of ${name}`, async () => (await this.session(name).getAttribute('data-unread')) === String(n))
  }

  /** A session's mark, such as muted or mentioned, is there or gone. */
  async sessionIs(name, mark, on) {
    await until(`${name} is ${on ? '' : 'not '}${mark}`, async () => (await this.session(name).getAttribute(`data-${mark}`)) === String(on))
  }

  /** By the right button; a choice that leads to a second menu names its entry there. */
  async keeps(name, deed, choice) {
    await this.session(name).click({ button: 'right' })
    await this.part(`menu-${deed}`).click()
    if (choice) await this.part(`menu-${choice}`).click()
  }

  /** By a finger that stays. */
  async keepsByPress(name, deed) {
    const box = await this.session(name).boundingBox()
    await this.session(name).dispatchEvent('pointerdown', { pointerType: 'touch', clientX: box.x + 80, clientY: box.y + 20 })
    await this.part(`menu-${deed}`).click()
  }

  /** By a finger that pulls the row aside. */
  async pulls(name, deed) {
    const row = this.session(name)
    const box = await row.boundingBox()
    const at = (x) => ({ pointerType: 'touch', clientX: box.x + x, clientY: box.y + 20, bubbles: true })
    await row.dispatchEvent('pointerdown', at(300))
    for (const x of [260, 160, 60]) await row.dispatchEvent('pointermove', at(x))
    await row.dispatchEvent('pointerup', at(60))
    if (deed) await this.part(`pull-${deed}`).click()
  }

  async lastOwnIs(state) {
    const own = this.page.locator('[data-test="message"].own').last()
    await until(`the last own message is ${state}`, async () => (await own.getAttribute('data-state')) === state)
  }

  /** What was written last is at the server, so what others send from now on comes after it. */
  async lastOwnIsPlaced() {
    const own = this.page.locator('[data-test="message"].own').last()
    await until('the last own message is at the server', async () => /^(sent|delivered|read)$/.test(await own.getAttribute('data-state')))
  }

  async isOffline() {
    await this.part('offline').waitFor()
  }

  async isTold(words) {
    await this.part('system').filter({ hasText: words }).waitFor()
  }

  async boxShows(n) {
    await until(`${n} new in the box`, async () => (await this.part('tab-contacts').getAttribute('data-count')) === String(n))
  }
}
