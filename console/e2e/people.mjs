// The two who talk, as they see their pages. Every method waits for what it names and fails with its words.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { until } from './product.mjs'
import { person } from './scene.mjs'
import { Talker } from './talker.mjs'

export class Visitor extends Talker {
  static async at(shop, options) {
    const { page, context, complaints } = await person('visitor', { ordinary: true, ...options })
    await page.goto(shop.origin)
    return Object.assign(Visitor.on(page), { context, complaints })
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

/** A page of the console; its parts carry names for tests. */
class Console extends Talker {
  tray() { return this.part('chosen-file') }
  messages() { return this.part('message') }
  files() { return this.part('file') }
  pictures(name) { return this.page.locator(`[data-test="image"][aria-label$="${name}"]`) }
  viewer() { return this.part('viewer') }
  tombstones() { return this.part('recalled') }

  part(name) { return this.page.locator(`[data-test="${name}"]`) }

  /** Opens a page of the console as `who`, in a profile of its own. */
  static async open(who, address, options) {
    const { page, context, complaints } = await person(who, options)
    complaints.allow(/status of 401/) // the page asks who is signed in; a wrong pass phrase is part of a story
    await page.goto(address)
    return Object.assign(new this(page, page), { context, complaints })
  }

  async signIn(email, password) {
    await this.part('email').fill(email)
    await this.part('password').fill(password)
    await this.part('sign-in').click()
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

  async addsQueue(name) {
    await this.part('nav-queues').click()
    await this.part('queue-new').fill(name)
    await this.part('queue-add').click()
    await this.hasQueue(name)
  }

  async hasQueue(name) {
    await this.part('queue').filter({ hasText: name }).waitFor()
  }

  /** Changes one of the server's limits and saves. */
  async limits(name, value) {
    await this.part('nav-settings').click()
    await this.part(`limit-${name}`).fill(String(value))
    await this.part('settings-save').click()
    await this.page.locator('[data-test="settings-state"][data-state="saved"]').waitFor()
  }

  async findsBlocked(words) {
    await this.part('nav-blacklist').click()
    await this.part('block').filter({ hasText: words }).waitFor()
  }

  async blocksAddress(address, reason) {
    await this.part('block-address').fill(address)
    await this.part('block-reason').fill(reason)
    await this.part('block-add').click()
  }

  async unblocks(words) {
    await this.part('nav-blacklist').click()
    await this.part('block').filter({ hasText: words }).getByRole('button').click()
    await this.part('unblock-confirm').click()
    await this.part('block').first().waitFor({ state: 'detached' })
  }

  /** The newest act of a kind, with who did it and what it says. */
  async findsAct(action, who, words) {
    await this.part('nav-audit').click()
    const act = this.page.locator(`[data-test="act"][data-action="${action}"]`).first()
    await act.filter({ hasText: who }).filter({ hasText: words }).waitFor()
  }

  /** The text of the file that the log is exported to. */
  async exportsTheLog() {
    const [file] = await Promise.all([this.page.waitForEvent('download'), this.part('audit-export').click()])
    return readFile(await file.path(), 'utf8')
  }

  async limitIs(name, value) {
    await this.part('nav-settings').click()
    await this.part(`limit-${name}`).waitFor()
    assert.equal(await this.part(`limit-${name}`).inputValue(), String(value))
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

  /** Blocks the visitor whose card is open. */
  async blocks(reason) {
    await this.part('block').click()
    await this.part('block-reason').fill(reason)
    await this.part('block-do').click()
    await this.part('blocked').waitFor()
  }

  /** The rows of the list that is shown. */
  rows() { return this.part('ticket') }

  async isRefused() {
    await this.part('sign-problem').waitFor()
  }

  async goOnline() { await this.#go('online') }
  async goAway() { await this.#go('away') }

  async goBusy() { await this.#go('busy') }
  async goInvisible() { await this.#go('invisible') }

  async #go(state) {
    await this.part('seat-state').click()
    await this.part(`seat-${state}`).click()
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

  async choosesToPassTo(colleague, note) {
    await this.part('transfer').click()
    await this.page.locator(`[data-test="transfer-agent"][data-agent="${colleague.id}"]`).click()
    await this.part('transfer-note').fill(note)
  }

  /** Asks for the visitor to be passed on. */
  async passesTo(colleague, note = '') {
    await this.choosesToPassTo(colleague, note)
    await this.part('transfer-submit').click()
  }

  /** Looks on at what a colleague has. */
  async watches() {
    await this.page.locator('[data-test="watch-bar"][data-on="true"]').waitFor()
  }

  async whispers(text) {
    await this.part('whisper-open').click()
    await this.part('whisper-text').fill(text)
    await this.page.keyboard.press('Enter')
    await this.page.locator('[data-test="whisper"][data-state="sent"]').filter({ hasText: text }).waitFor()
  }

  async seesWhisper(text) {
    await this.part('whisper').filter({ hasText: text }).waitFor()
  }

  async takesOver(reason) {
    await this.part('take-over').click()
    await this.part('take-over-reason').fill(reason)
    await this.part('take-over-do').click()
    await this.part('take-over-sheet').waitFor({ state: 'detached' })
  }

  /** Calls a colleague into the conversation that is open. */
  async callsIn(colleague, note) {
    await this.part('call-in').click()
    await this.page.locator(`[data-test="call-in-agent"][data-agent="${colleague.id}"]`).click()
    await this.part('call-in-note').fill(note)
    await this.part('call-in-submit').click()
    await this.part('call-in-sheet').waitFor({ state: 'detached' })
  }

  async passingIsRefused(words) {
    await this.part('transfer-problem').filter({ hasText: words }).waitFor()
  }

  async seesNote(text) {
    await this.part('note').filter({ hasText: text }).waitFor()
  }

  async writesNote(text) {
    await this.part('note-toggle').click()
    await this.part('note-mode').waitFor()
    await this.write(text)
    await this.page.locator('[data-test="note"][data-state="sent"]').filter({ hasText: text }).waitFor()
    await this.part('note-toggle').click()
  }

  /** Writes a reply of one's own to be used again. */
  async keepsReply(shortcut, text) {
    await this.type('/')
    await this.part('canned-manage').click()
    await this.part('canned-new').click()
    await this.part('canned-shortcut').fill(shortcut)
    await this.part('canned-text').fill(text)
    await this.part('canned-save').click()
    await this.page.locator(`li[data-test="canned"][data-shortcut="${shortcut}"]`).waitFor()
    await this.page.keyboard.press('Escape')
    await this.part('canned-sheet').waitFor({ state: 'detached' })
    await this.composer().fill('')
  }

  /** Types `/` and the beginning of a shortcut, and takes what is offered. */
  async takesReply(beginning) {
    await this.type(`/${beginning}`)
    await this.part('canned-option').first().waitFor()
    await this.composer().press('Enter')
    await this.part('canned-list').waitFor({ state: 'detached' })
    await this.submit()
  }

  async seesContact({ name, email, phone }) {
    for (const [field, value] of Object.entries({ name, email, phone })) await this.part(`contact-${field}`).filter({ hasText: value }).waitFor()
  }

  async openClosed(text) {
    await this.part('tab-closed').click()
    await this.rows().filter({ hasText: text }).locator('button.open').click()
    await this.part('talk').waitFor()
  }

  async seesRating(stars, comment) {
    await this.part('card').locator(`[data-test="stars"][data-stars="${stars}"]`).waitFor()
    await this.part('rating-comment').filter({ hasText: comment }).waitFor()
  }

  async closeTicket() {
    this.complaints.allow(/404.*\/cursors/) // what was read in the last second can reach a conversation that is no longer the agent's
    await this.part('close-ticket').click()
    await this.part('close-confirm').click()
    await this.composer().waitFor({ state: 'hidden' })
  }
}

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
    if (!(await this.part('rail').count())) await this.part('back').click()
    await this.part(`tab-${tab}`).click()
  }

  session(name) { return this.part('room').filter({ hasText: name }) }

  async opens(name) {
    await this.shows('chats')
    await this.session(name).click()
    await this.composer().waitFor()
  }

  async unreadIs(name, n) {
    await until(`${n} unread of ${name}`, async () => (await this.session(name).getAttribute('data-unread')) === String(n))
  }

  async lastOwnIs(state) {
    const own = this.page.locator('[data-test="message"].own').last()
    await until(`the last own message is ${state}`, async () => (await own.getAttribute('data-state')) === state)
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
