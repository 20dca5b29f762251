// The agent in the console. Every method waits for what it names and fails with its words.
import { Console } from './console.mjs'
import { until } from './product.mjs'

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
