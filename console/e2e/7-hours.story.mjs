// Story 7: a shop keeps hours. Visitors who come at another time see when it opens and leave a message; its owner sees what they see.
import assert from 'node:assert/strict'
import { Agent, Owner, Visitor } from './people.mjs'
import { owner, until } from './product.mjs'
import { aShop, hire, otherHours } from './setting.mjs'

async function aVisitorOfAClosedShopLeavesAMessageThatIsFound() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  await setting.boss.patch(`/api/admin/sites/${setting.site.id}`, { hours: otherHours(), texts: { en: { away: 'We read every note with our morning tea' } } })
  const desk = await Agent.at(setting.product, { locale: 'en' })
  await desk.signIn(maya.email, maya.password)
  await desk.goOnline()

  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.seesHours(/Open again (today|tomorrow) at /)
  await visitor.seesAway('morning tea')
  await visitor.write('Do you have oolong?')
  await visitor.leavesContact({ name: 'Vera', email: 'vera@example.com', phone: '030 123456' })
  await visitor.contactIsKept()
  await visitor.comesBack()
  await visitor.seesHours(/Open again (today|tomorrow) at /)

  await desk.part('tab-waiting').filter({ hasText: '1' }).waitFor() // Maya is online: nobody is handed what waits for the opening
  await desk.page.reload()
  await desk.takeFirstWaiting()
  await desk.sees('Do you have oolong?')
  await desk.seesContact({ name: 'Vera', email: 'vera@example.com', phone: '030 123456' })
  await visitor.isServedBy(maya.name)
}

async function aSiteThatHidesHasNoButtonWhileClosed() {
  const setting = await aShop('en')
  await setting.boss.patch(`/api/admin/sites/${setting.site.id}`, { hours: otherHours(), when_away: 'hide' })
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.page.waitForFunction(() => window.ichat?.loaded)
  assert.equal(await visitor.page.locator('.launch').count(), 0)
  await setting.boss.patch(`/api/admin/sites/${setting.site.id}`, { when_away: 'message' })
  const later = await Visitor.at(setting.shop, { locale: 'en' }) // another browser: this one keeps the script for a moment
  await later.page.locator('.launch').waitFor()
}

async function anOwnerSeesWhatIsTypedInTheRealWindow() {
  const setting = await aShop('en')
  const boss = await Owner.at(`${setting.product.origin}/admin`, { locale: 'en' })
  const asked = []
  boss.page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
  boss.page.on('websocket', (socket) => asked.push(`SOCKET ${socket.url()}`))
  await boss.signIn(owner.email, owner.password)
  const preview = boss.page.frameLocator('[data-test="preview"] iframe')
  await preview.locator('.greeting').filter({ hasText: 'which tea' }).waitFor()

  await boss.part('site-greeting').fill('Good morning, tea?')
  await preview.locator('.greeting').filter({ hasText: 'Good morning, tea?' }).waitFor()
  await boss.part('site-accent').fill('#9c3d8c')
  await until('the window wears the colour', async () => (await preview.locator('html').evaluate((root) => root.style.getPropertyValue('--accent'))) === '#9c3d8c')
  await boss.part('texts-language').getByText('中文').click()
  await boss.part('site-title').fill('山间')
  await preview.locator('html[lang="zh-CN"] h1').filter({ hasText: '山间' }).waitFor()
  await boss.part('preview-scene').getByText('Chat', { exact: true }).click()
  await preview.locator('.group.own').waitFor()

  await boss.part('hours-on').click()
  await boss.part('day-0').locator('[data-test="to"]').fill('12:00')
  await boss.part('day-0').locator('[data-test="add-interval"]').click()
  await boss.part('copy-monday').click()
  assert.equal(await boss.part('day-4').locator('[data-test="from"]').count(), 2)
  await boss.part('preview-scene').getByText('Closed', { exact: true }).click()
  await preview.locator('.card.away .opens').waitFor()
  await boss.part('site-save').click()
  await boss.page.locator('[data-test="save-state"][data-state="saved"]').waitFor()

  await boss.page.reload()
  await preview.locator('.greeting').filter({ hasText: 'Good morning, tea?' }).waitFor()
  assert.equal(await boss.part('day-4').locator('[data-test="from"]').nth(1).inputValue(), '13:00')
  // The back office's own socket is one that stands aside.
  assert.deepEqual(asked.filter((one) => /visitors|\/api\/live|SOCKET(?!.*\?aside$)/.test(one)), [], 'the preview makes no visitor and opens no socket')
}

export default [aVisitorOfAClosedShopLeavesAMessageThatIsFound, aSiteThatHidesHasNoButtonWhileClosed, anOwnerSeesWhatIsTypedInTheRealWindow]
