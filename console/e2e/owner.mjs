// The owner in the back office. Every method waits for what it names and fails with its words.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Console } from './console.mjs'

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
