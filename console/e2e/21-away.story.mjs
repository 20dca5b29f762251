// Story 21: who is away is reached all the same. A visitor by mail, an agent by a notification of his browser.
import assert from 'node:assert/strict'
import { Visitor } from './people.mjs'
import { freePort, until } from './product.mjs'
import { cutOff, lineTo, openMailbox } from './scene.mjs'
import { aShop, aTalk, atWork, hire } from './setting.mjs'

/** A shop whose product sends mail, and tells who left of an answer at once. */
async function aShopWithMail() {
  const box = await openMailbox()
  const setting = await aShop('en', { ICHAT_SMTP_URL: box.url, ICHAT_BASE_URL: `http://localhost:${await freePort()}`, ICHAT_MISSED_AFTER: '1ms' })
  return { box, ...setting }
}

async function aVisitorWhoLeftFindsTheAnswerByTheLinkOfAMail() {
  const setting = await aShopWithMail()
  const maya = await hire(setting)
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.findsNobody()
  await visitor.write('Do you have oolong?')
  await visitor.leavesContact({ name: 'Vera', email: 'vera@example.com', phone: '030 123456' })
  await visitor.contactIsKept()
  await visitor.page.goto('about:blank')

  const desk = await atWork(setting, maya)
  await desk.openFirstOfMine()
  await desk.write('Three kinds of it')
  const mail = await setting.box.next('vera@example.com', 'Three kinds of it')
  const [link] = /http:\/\/127\S+/.exec(mail.text) ?? assert.fail(`no link in\n${mail.text}`)
  await visitor.page.goto(link)
  await visitor.open()
  await visitor.sees('Three kinds of it')
  await visitor.sees('Do you have oolong?')
  await visitor.isServedBy(maya.name)
  await visitor.comesBack()
  await visitor.sees('Three kinds of it')
}

async function aConversationIsTakenAlongByMailAndAsText() {
  const setting = await aShopWithMail()
  const maya = await hire(setting)
  const line = await lineTo(setting.product)
  setting.shop.embed(line.origin, setting.site.key, 'en')
  const { desk, visitor } = await aTalk(setting, maya, 'Do you ship to Oslo?')
  await desk.write('We do, in two days')
  await visitor.sees('We do, in two days')
  await desk.part('mail-open').click()
  await desk.part('mail-to').fill('boss@example.com')
  await desk.part('mail-do').click()
  await desk.isTold('boss@example.com')
  await setting.box.next('boss@example.com', 'We do, in two days')

  await desk.closeTicket()
  await visitor.isClosed()
  await visitor.comesBack()
  visitor.complaints.allow(/status of 400.*\/transcript/)
  visitor.complaints.allow(cutOff)
  await visitor.place.locator('.keepsake .mail').click()
  await visitor.place.locator('.keepsake input').waitFor()
  await visitor.type('One more thing')
  line.cut()
  await visitor.isOffline()
  assert.ok(await visitor.composer().evaluate((field) => field === document.activeElement), 'who writes on is not led back to the field for the address')
  line.mend()
  await visitor.place.locator('.offline').waitFor({ state: 'hidden' })
  await visitor.wantsItMailed('vera@example')
  await visitor.isRefusedMail('does not look right')
  await visitor.wantsItMailed('vera@example.com')
  await visitor.place.locator('.keepsake').filter({ hasText: 'vera@example.com' }).waitFor()
  const mail = await setting.box.next('vera@example.com', 'We do, in two days')
  assert.ok(mail.text.includes('Do you ship to Oslo?'))

  const saving = visitor.page.waitForEvent('download')
  await visitor.place.locator('.keepsake .save').click()
  const text = await textOf(await saving)
  assert.match(text, /Do you ship to Oslo\?[^]*Maya Lindqvist[^]*We do, in two days/)
}

async function textOf(download) {
  let text = ''
  for await (const part of await download.createReadStream()) text += part
  return text
}

/** Stands in for the push service that a browser without the internet cannot reach. */
function subscribeOffline() {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0)).buffer
  const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' }
  PushManager.prototype.getSubscription = async () => null
  PushManager.prototype.subscribe = async (options) => {
    if (options.applicationServerKey.length !== 65) throw new Error('not the key of a server')
    return { endpoint: 'https://push.example.com/x', options, getKey: (name) => bytes(keys[name]), unsubscribe: async () => true }
  }
}

async function anAgentIsCalledByHisBrowserAndLedToTheTicket() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const { desk, visitor } = await aTalk(setting, maya, 'Do you ship to Oslo?')
  const { page, context } = desk
  const { origin } = setting.product
  await context.grantPermissions(['notifications'], { origin })
  await page.addInitScript(subscribeOffline)
  await page.reload()
  await desk.part('menu').click()
  await desk.part('calls-toggle').click()
  await page.locator('[data-test="calls"][data-state="on"]').waitFor()
  await page.reload() // the choice holds
  await desk.part('menu').click()
  await page.locator('[data-test="calls"][data-state="on"]').waitFor()
  const ticket = Number(await desk.part('talk').getAttribute('data-ticket'))

  const browser = await context.newCDPSession(page)
  const registered = new Promise((found) => {
    browser.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations.forEach((one) => one.scopeURL === `${origin}/agent` && found(one)))
  })
  await browser.send('ServiceWorker.enable')
  const { registrationId } = await registered
  await page.goto(`${origin}/demo`) // no page of the console is open any more
  const data = JSON.stringify({ id: 1, ticket, title: 'Visitor', text: 'Are you there?', lang: 'en' })
  await browser.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data })
  const shown = () => page.evaluate(async () => (await (await navigator.serviceWorker.getRegistration('/agent')).getNotifications()).map(({ title, body, tag }) => ({ title, body, tag })))
  await until('the notification is shown', async () => (await shown()).length === 1)
  assert.deepEqual(await shown(), [{ title: 'Visitor', body: 'Are you there?', tag: `ticket-${ticket}` }])

  await page.goto(`${origin}/agent`)
  await desk.part('tab-mine').waitFor()
  const [worker] = context.serviceWorkers()
  await worker.evaluate(async () => {
    const [notification] = await self.registration.getNotifications()
    self.dispatchEvent(new NotificationEvent('notificationclick', { notification }))
  })
  await page.locator(`[data-test="talk"][data-ticket="${ticket}"]`).waitFor()
  await desk.sees('Do you ship to Oslo?')
  await visitor.isServedBy(maya.name)
}

export default [aVisitorWhoLeftFindsTheAnswerByTheLinkOfAMail, aConversationIsTakenAlongByMailAndAsText, anAgentIsCalledByHisBrowserAndLedToTheTicket]
