// Story 1: a visitor on a website writes, an agent answers, both see what became of their words.
import assert from 'node:assert/strict'
import { Agent, Visitor } from './people.mjs'
import { until } from './product.mjs'
import { openShop, person } from './scene.mjs'
import { aShop, hire } from './setting.mjs'

async function aVisitorOfAShopIsAnswered() {
  const setting = await aShop('en')
  const agent = await hire(setting, { name: '林小满' })

  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.write('Do you ship to Oslo?')
  await visitor.sees('Do you ship to Oslo?')
  await visitor.waitsAt(1)

  const desk = await Agent.at(setting.product, { locale: 'zh-CN' })
  await desk.signIn(agent.email, 'not the pass phrase')
  await desk.isRefused()
  await desk.signIn(agent.email, agent.password)
  await desk.goOnline()
  await desk.openFirstOfMine()
  await desk.sees('Do you ship to Oslo?')
  await visitor.isServedBy('林小满')
  await visitor.lastOwnIs('read')

  await desk.type('可')
  await visitor.seesTyping()
  await desk.write('可以，三天就到 👍')
  await visitor.sees('可以，三天就到 👍')
  await desk.addEmoji()
  await desk.submit()
  await desk.lastOwnIs('read')

  await visitor.close()
  await desk.write('还需要别的吗？')
  await desk.lastOwnIs('delivered')
  await visitor.open()
  await visitor.sees('还需要别的吗？')
  await desk.lastOwnIs('read')

  await visitor.type('No, tha')
  await desk.seesTyping()
  await visitor.write('No, thank you!')
  await desk.sees('No, thank you!')
  await visitor.lastOwnIs('read')

  await desk.closeTicket()
  await visitor.isClosed()
  await visitor.write('One more thing')
  await desk.openFirstOfMine()
  await desk.sees('One more thing')
  await desk.sees('Do you ship to Oslo?')
  await sameThreadTwoTickets(setting, agent)
}

/** The second question is a new ticket in the thread of the first. */
async function sameThreadTwoTickets({ product }, agent) {
  const member = await product.signIn(agent.email, agent.password)
  const { mine } = await member.get('/api/desk')
  const { tickets: closed } = await member.get('/api/desk/tickets?state=closed')
  assert.equal(mine.length, 1)
  assert.equal(closed.length, 1)
  assert.notEqual(mine[0].id, closed[0].id)
  assert.equal(mine[0].conversation_id, closed[0].conversation_id)
}

async function thePageAsksOnceAndStoresNothingBeforeIntent() {
  const { product, shop } = await aShop('en')
  const { page, context } = await person('visitor', { locale: 'en' })
  const asked = []
  let sockets = 0
  context.on('request', (request) => { if (request.url().startsWith(product.origin)) asked.push(request.url()) })
  page.on('websocket', () => sockets++)
  await page.goto(shop.origin, { waitUntil: 'networkidle' })
  await Visitor.on(page).launcher().waitFor()

  assert.equal(asked.length, 1, `one request: ${asked}`)
  assert.match(asked[0], /\/widget\.js\?site=/)
  assert.equal(sockets, 0)
  assert.deepEqual(await context.cookies(), [])
  assert.deepEqual(await page.evaluate(async () => [
    Object.keys(localStorage), Object.keys(sessionStorage), (await indexedDB.databases()).length, await caches.keys(), frames.length,
  ]), [[], [], 0, [], 0])
}

async function aSiteThatIsNotAllowedCannotShowTheChat() {
  const { product, site } = await aShop('en')
  const stranger = await openShop()
  stranger.embed(product.origin, site.key)
  const opened = await person('visitor', { locale: 'en' })
  opened.complaints.allow(/frame-ancestors|ERR_BLOCKED_BY_RESPONSE/)
  const visitor = Visitor.on(opened.page)
  await opened.page.goto(stranger.origin)
  await visitor.launcher().click()
  await until('the browser refuses the frame', () => opened.complaints.some(/frame-ancestors/))
  assert.equal(await visitor.composer().count(), 0)

  const forged = await product.ask('POST', '/api/visitors', { site: site.key, locale: 'en', parent_origin: stranger.origin })
  assert.equal(forged.status, 403)
  assert.equal(forged.body.code, 'denied')
}

async function anUnknownSiteSaysSoOnceAndDrawsNothing() {
  const { product, shop } = await aShop('en')
  shop.embed(product.origin, 'no-such-site')
  const opened = await person('visitor', { locale: 'en' })
  opened.complaints.allow(/./)
  await opened.page.goto(shop.origin, { waitUntil: 'networkidle' })
  await until('the console says so', () => opened.complaints.some(/./))
  assert.equal(await Visitor.on(opened.page).launcher().count(), 0)
}

async function aVisitorWhoseBrowserRefusesStorageIsAnsweredToo() {
  const setting = await aShop('en')
  const agent = await hire(setting)
  const desk = await Agent.at(setting.product, { locale: 'en' })
  await desk.signIn(agent.email, agent.password)
  await desk.goOnline()
  const visitor = await Visitor.at(setting.shop, { locale: 'en', ordinary: false })
  await visitor.open()
  await visitor.write('Nothing may be stored here')
  await desk.openFirstOfMine()
  await desk.sees('Nothing may be stored here')
  await desk.write('And nothing has to be')
  await visitor.sees('And nothing has to be')
  await visitor.lastOwnIs('read')
}

async function nothingScrollsSidewaysOnAPhone() {
  const setting = await aShop('zh-CN')
  const agent = await hire(setting, { name: '林小满' })
  const phone = { locale: 'zh-CN', viewport: { width: 390, height: 844 } }
  const long = 'https://example.com/' + 'a'.repeat(300)
  const visitor = await Visitor.at(setting.shop, phone)
  await visitor.open()
  await visitor.write(long)
  await visitor.fits()
  const desk = await Agent.at(setting.product, phone)
  await desk.fits()
  await desk.signIn(agent.email, agent.password)
  await desk.goOnline()
  await desk.fits()
  await desk.openFirstOfMine()
  await desk.sees(long)
  await desk.fits()
}

export default [
  aVisitorOfAShopIsAnswered, thePageAsksOnceAndStoresNothingBeforeIntent, aSiteThatIsNotAllowedCannotShowTheChat,
  anUnknownSiteSaysSoOnceAndDrawsNothing, aVisitorWhoseBrowserRefusesStorageIsAnsweredToo, nothingScrollsSidewaysOnAPhone,
]
