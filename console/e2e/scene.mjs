// What one story has on stage: it is opened through here, and cleared away when the story is over.
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPage } from './browser.mjs'
import { Line } from './line.mjs'
import { Mailbox } from './mailbox.mjs'
import { owner, Product } from './product.mjs'
import { Shop } from './shop.mjs'

/** What a browser complains of while its line is cut. */
export const cutOff = /net::ERR_|WebSocket connection|Failed to (load resource|fetch)/

/** The size of a phone's screen. */
export const phone = { width: 390, height: 844 }

let products = []
let people = []
let places = []

export async function startProduct({ owner: first, settings } = { owner }) {
  const product = await Product.start(first, settings)
  products.push(product)
  return product
}

/** A product with a month of a small shop's conversations in it. */
export async function startDemo(password) {
  const product = await Product.startDemo(password)
  products.push(product)
  return product
}

export async function lineTo(product) {
  const line = await Line.to(product)
  places.push(line)
  return line
}

/** The next answer to such a request waits until the function is called that this answers. */
export async function holdAnswer(page, path) {
  let go
  const called = new Promise((done) => { go = done })
  await page.route(path, async (route) => {
    const response = await route.fetch()
    await called
    await route.fulfill({ response })
  }, { times: 1 })
  return go
}

/** Has a place of the story's own closed with it. */
export function atStage(place) {
  places.push(place)
}

export async function openMailbox() {
  const box = await Mailbox.open()
  places.push(box)
  return box
}

export async function openShop() {
  const shop = await Shop.open()
  places.push(shop)
  return shop
}

/** A profile with one page; `who` names its picture when the story fails. */
export async function person(who, options) {
  const opened = await openPage(options)
  people.push({ who, ...opened })
  return opened
}

/** Clears the stage. Answers what else there is to say: complaints of the pages and, after a failure, what they looked like. */
export async function cleanUp(failed) {
  const stage = { products, people, places }
  products = []
  people = []
  places = []
  const said = stage.people.flatMap(({ who, complaints }) => complaints.list().map((text) => `${who}'s page complained: ${text}`))
  if (failed) {
    for (const { who, page } of stage.people) said.push(await picture(who, page))
    for (const product of stage.products) said.push(`the product's log:\n${product.log()}`)
  }
  const closing = await Promise.allSettled([
    ...stage.people.map(({ context }) => context.close()),
    ...stage.places.map((place) => place.close()),
    ...stage.products.map((product) => product.stop()),
  ])
  for (const { reason } of closing) if (reason) said.push(`closing: ${reason.stack}`)
  return said.join('\n')
}

async function picture(who, page) {
  const folder = join(tmpdir(), 'ichat-e2e-failures')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${who}.png`)
  return page.screenshot({ path }).then(() => `${who}'s page: ${path}`, (error) => `${who}'s page: no picture, ${error.message}`)
}
