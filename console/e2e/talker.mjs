// What the two who talk have in common, as they see it. Every method waits for what it names and fails with its words.
import assert from 'node:assert/strict'
import { until } from './product.mjs'

/**
 * A thread of bubbles and a place to write. `place` is the page, or the frame in it; each side says how it draws its tray,
 * messages, files, pictures and viewer.
 */
export class Talker {
  constructor(page, place) {
    this.page = page
    this.place = place
  }

  bubbles() { return this.place.locator('.bubble:not(.dots)') }
  composer() { return this.place.locator('.composer textarea') }

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

  picker() { return this.place.locator('input[type="file"][multiple]') }

  /** Chooses a file with the button; it lies there until it is sent. */
  async attach(file) {
    await this.picker().setInputFiles(file)
    await this.holds(file.name)
  }

  /** Pastes a file into the field. */
  async paste(file) {
    await this.#hand(file, 'paste')
    await this.holds(file.name)
  }

  /** Drags a file over the conversation and lets it go. */
  async drop(file) {
    for (const type of ['dragenter', 'dragover', 'drop']) await this.#hand(file, type)
    await this.holds(file.name)
  }

  #hand({ name, mimeType, buffer }, type) {
    return this.composer().evaluate((field, { name, mimeType, bytes, type }) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name, { type: mimeType }))
      const options = { bubbles: true, cancelable: true }
      field.dispatchEvent(type === 'paste' ? new ClipboardEvent(type, { ...options, clipboardData: data }) : new DragEvent(type, { ...options, dataTransfer: data }))
    }, { name, mimeType, bytes: buffer.toString('base64'), type })
  }

  /** A file lies beside the field, to be sent with the next message. */
  async holds(name) {
    await this.tray().filter({ hasText: name }).waitFor()
  }

  async send(file) {
    await this.attach(file)
    await this.submit()
  }

  /** A picture of the conversation is there and drawn. */
  async seesPicture(name) {
    const drawn = this.pictures(name).first().locator('img')
    await drawn.waitFor()
    await until(`the picture ${name} is drawn`, () => drawn.evaluate((image) => image.complete && image.naturalWidth > 0))
  }

  async seesFile(name, size) {
    await this.files().filter({ hasText: name }).filter({ hasText: size }).waitFor()
  }

  /** Opens a picture over the window, and Esc leads back to where one was. */
  async looksAt(name) {
    const opener = this.pictures(name).first()
    await opener.click()
    await this.viewer().locator('img').waitFor()
    await this.page.keyboard.press('Escape')
    await this.viewer().waitFor({ state: 'detached' })
    await until('the picture has the focus again', () => opener.evaluate((button) => button === document.activeElement))
  }

  /** Opens what can be done with the message that says `text` and chooses from it. */
  async #act(text, entry) {
    const quoting = this.page.locator('.quote', { hasText: text })
    const message = this.messages().filter({ hasText: text, hasNot: quoting })
    await message.hover()
    await message.locator('button.more').click()
    await this.place.getByRole('menuitem', { name: entry }).click()
  }

  async reply(to, text) {
    await this.#act(to, /^(Reply|回复)$/)
    await this.write(text)
  }

  async recall(text) {
    await this.#act(text, /^(Recall|撤回)$/)
  }

  /** The message that says `text` carries a quote of `quoted`. */
  async seesReply(text, quoted) {
    await this.messages().filter({ hasText: text }).locator('.quote').filter({ hasText: quoted }).waitFor()
  }

  /** `words` stand where a message was, and nothing of it is left, neither as a message nor in a quote. */
  async seesRecalled(words, text) {
    await this.tombstones().filter({ hasText: words }).waitFor()
    await until(`nothing is left of ${text}`, async () => (await this.messages().filter({ hasText: text }).count()) === 0)
  }

  /** Nothing reaches past the right edge. */
  async fits() {
    for (const frame of this.page.frames()) {
      const [content, window] = await frame.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
      assert.ok(content <= window, `${content} px of content in a window of ${window} px: ${frame.url()}`)
    }
  }
}
