// A page of the console, signed in or not. Every method waits for what it names and fails with its words.
import { person } from './scene.mjs'
import { Talker } from './talker.mjs'

/** A page of the console; its parts carry names for tests. */
export class Console extends Talker {
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
