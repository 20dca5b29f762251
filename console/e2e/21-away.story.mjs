// Story 21: who is away is reached all the same, by mail.
import assert from 'node:assert/strict'
import { Visitor } from './people.mjs'
import { freePort } from './product.mjs'
import { openMailbox } from './scene.mjs'
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

export default [aVisitorWhoLeftFindsTheAnswerByTheLinkOfAMail, aConversationIsTakenAlongByMailAndAsText]
