// Story 8: agents talk to each other, one to one and in a group, each on two devices, over a reload and a lost network.
import assert from 'node:assert/strict'
import { Agent } from './people.mjs'
import { until } from './product.mjs'
import { cutOff, holdAnswer, lineTo, phone } from './scene.mjs'
import { aShop, hire } from './setting.mjs'
import { folder, take } from './shots.mjs'

/** Somebody at a desk and on a phone, with the list of colleagues open on both. */
async function devicesOf({ product }, { email, password }, at = product) {
  const devices = [await Agent.at(at, { locale: 'en' }), await Agent.at(product, { locale: 'en', viewport: phone })]
  for (const device of devices) {
    await device.signIn(email, password)
    await device.part('tab-team').click()
    await device.part('rooms').waitFor()
  }
  return devices
}

const roomOf = (device, name) => device.part('room').filter({ hasText: name })

async function enters(device, name) {
  await roomOf(device, name).locator('button.open').click()
  await device.composer().waitFor()
}

async function unreadIs(device, name, n) {
  await until(`${n} unread of ${name}`, async () => (await roomOf(device, name).getAttribute('data-unread')) === String(n))
}

async function saysNow(device, text, before) {
  await device.messages().filter({ hasText: text }).locator('[data-test="edited"]').waitFor()
  assert.equal(await device.bubbles().filter({ hasText: before }).count(), 0, `${before} is not shown any more`)
}

async function isTold(device, words) {
  await device.part('system').filter({ hasText: words }).waitFor()
}

async function finds(device, words, text) {
  await device.part('search-history').click()
  await device.part('history-text').fill(words)
  await until('only what was looked for is shown', async () => (await device.part('found-message').count()) === 1)
  await device.part('found-message').filter({ hasText: text }).click()
  if (device.page.viewportSize().width >= 1200) await device.part('history-close').click() // a narrow page closes it itself
  await device.part('history').waitFor({ state: 'detached' })
  await device.sees(text)
}

async function twoColleaguesTalkOnAllTheirDevices() {
  const setting = await aShop('en')
  const [maya, noor] = [await hire(setting), await hire(setting, { name: 'Noor Haddad', email: 'noor@example.com' })]
  const line = await lineTo(setting.product)
  const [desk, pocket] = await devicesOf(setting, maya, line)
  const others = await devicesOf(setting, noor)
  desk.complaints.allow(cutOff)

  await desk.page.locator(`[data-test="colleague"][data-person="${noor.id}"]`).click()
  await desk.write('lunhc?')
  for (const other of others) await unreadIs(other, maya.name, 1)
  for (const device of [...others]) await enters(device, maya.name)
  await enters(pocket, noor.name)
  for (const device of [pocket, ...others]) await device.sees('lunhc?')
  await desk.lastOwnIs('read')

  await desk.page.reload() // the address says what was open
  await desk.sees('lunhc?')
  await desk.composer().press('ArrowUp')
  await desk.part('edit-bar').waitFor()
  const answers = await holdAnswer(desk.page, /\/messages\/\d+$/)
  await desk.write('Lunch at one?')
  await desk.type('I go now')
  answers()
  await desk.part('edit-bar').waitFor({ state: 'detached' })
  assert.equal(await desk.composer().inputValue(), 'I go now', 'what is typed on begins the next message')
  for (const device of [desk, pocket, ...others]) await saysNow(device, 'Lunch at one?', 'lunhc?')
  await others[0].part('edited').click()
  await others[0].part('edition').filter({ hasText: 'lunhc?' }).waitFor()
  await others[0].page.keyboard.press('Escape')

  line.cut()
  await desk.isOffline()
  await others[1].write('Where?')
  await pocket.sees('Where?')
  await desk.write('At the corner')
  line.mend()
  for (const device of [desk, pocket, ...others]) {
    await until('everything is there once, in order', async () => (await device.texts()).map((text) => text.replace(/edited$/, '').trim()).join('|') === 'Lunch at one?|Where?|At the corner')
    await device.fits()
  }
  await others[0].page.bringToFront()
  await desk.recall('At the corner')
  for (const device of others) await device.seesRecalled('recalled a message', 'At the corner')
}

async function aGroupLivesFromItsMakingToItsEnd() {
  const setting = await aShop('en')
  const [maya, noor, elias] = [await hire(setting), await hire(setting, { name: 'Noor Haddad', email: 'noor@example.com' }), await hire(setting, { name: 'Elias Brandt', email: 'elias@example.com' })]
  const [desk] = await devicesOf(setting, maya)
  const line = await lineTo(setting.product)
  const [other, pocket] = await devicesOf(setting, noor, line)
  other.complaints.allow(cutOff)
  const [third] = await devicesOf(setting, elias)

  await desk.part('new-group').click()
  await desk.part('group-name').fill('Night shift')
  for (const who of [noor, elias]) await desk.page.locator(`[data-test="choose-person"][data-person="${who.id}"]`).click()
  await desk.part('people-submit').click()
  await roomOf(other, 'Night shift').waitFor()
  line.cut()
  await other.isOffline()
  await desk.type('@noo')
  await desk.part('name-option').filter({ hasText: 'Noor Haddad' }).waitFor()
  await desk.composer().press('Enter')
  await desk.type('Who takes Friday?')
  await desk.submit()
  await desk.sees('Who takes Friday?')
  line.mend()
  for (const [device, named] of [[other, true], [pocket, true], [third, false]]) {
    await until('Noor alone is mentioned', async () => (await roomOf(device, 'Night shift').getAttribute('data-mentioned')) === String(named))
  }
  for (const device of [other, pocket]) {
    await device.part('to-mentions').click()
    await device.part('mention-item').filter({ hasText: 'Who takes Friday?' }).click()
    await device.sees('Who takes Friday?')
  }
  await pocket.part('back').click()
  for (const device of [other, pocket, third]) {
    await enters(device, 'Night shift')
    await isTold(device, 'made the group')
    await device.sees('Who takes Friday?')
  }
  await third.write('Me')
  await desk.sees('Me')
  if (folder) await pictures(other)
  for (const device of [desk, pocket]) await finds(device, 'friday', 'Who takes Friday?')

  await desk.part('rename').click()
  await desk.part('rename-name').fill('Weekend shift')
  await desk.part('rename-save').click()
  for (const device of [desk, other, third]) await device.part('room-name').filter({ hasText: 'Weekend shift' }).waitFor()

  await actsOn(desk, elias, 'remove')
  await third.part('room-pane').waitFor({ state: 'detached' })
  await roomOf(third, 'Weekend shift').waitFor({ state: 'detached' })
  await other.write('Only us now')
  await pocket.page.reload()
  await pocket.sees('Only us now')

  await actsOn(desk, noor, 'hand-over')
  await isTold(other, 'handed the group over')
  await desk.part('leave').click()
  await desk.part('leave-confirm').click()
  await desk.part('room-pane').waitFor({ state: 'detached' })
  await isTold(other, 'left')
  await other.part('dissolve').click()
  await other.part('dissolve-confirm').click()
  for (const device of [other, pocket]) await device.part('room-note').waitFor()
}

async function actsOn(desk, who, deed) {
  await desk.page.locator(`[data-test="insider"][data-person="${who.id}"] [data-test="insider-more"]`).click()
  await desk.part(deed).click()
}

/** Colleagues in pictures: what names one, and what was said. */
async function pictures(device) {
  for (const locale of ['en', 'zh']) {
    await device.page.evaluate((lang) => localStorage.setItem('ichat:lang', lang), locale)
    await device.page.reload()
    await device.part('to-mentions').click()
    await device.part('mention-item').waitFor()
    await take('agent-mentions', device, locale)
    await device.page.keyboard.press('Escape')
    await device.part('search-history').click()
    await device.part('found-message').first().waitFor()
    await take('agent-history', device, locale)
    await device.part('history-close').click()
  }
  await device.page.evaluate(() => localStorage.setItem('ichat:lang', 'en'))
  await device.page.reload()
}

export default [twoColleaguesTalkOnAllTheirDevices, aGroupLivesFromItsMakingToItsEnd]
