// Story 40: two strangers register, find each other and become friends, and their first messages arrive on all their
// devices, over a reload and a lost network.
import { password } from './circle.mjs'
import { Member } from './people.mjs'
import { until } from './product.mjs'
import { cutOff, lineTo, phone, startProduct } from './scene.mjs'
import { folder, take } from './shots.mjs'

/** A product where everybody may register. */
async function anOpenHouse() {
  const product = await startProduct()
  const boss = await product.signIn()
  await boss.patch('/api/admin/settings', { members: { registration: 'open' } })
  return product
}

/** Somebody new at a desk, and the same one on a phone. */
async function newcomer(product, name, at = product) {
  const desk = await Member.at(at, { locale: 'en' })
  await desk.registers(name, password)
  const pocket = await Member.at(product, { locale: 'en', viewport: phone })
  await pocket.enters(name, password)
  return [desk, pocket]
}

async function asks(device, name, note) {
  await device.shows('find')
  await device.part('to-find-people').click()
  await device.part('find-text').fill(name)
  const found = device.page.locator('[data-found]').filter({ hasText: name })
  await found.locator('[data-test="found-ask"]').click()
  await device.part('request-note').fill(note)
  await device.part('request-do').click()
  await device.part('request-sheet').waitFor({ state: 'detached' })
}

async function twoStrangersBecomeFriendsAndTalk() {
  const product = await anOpenHouse()
  const line = await lineTo(product)
  const [desk, pocket] = await newcomer(product, 'Mira Sand', line)
  const [hisDesk, hisPocket] = await newcomer(product, 'Oskar Lund')
  desk.complaints.allow(cutOff)

  await asks(desk, 'Oskar Lund', 'We met on the boat')
  for (const device of [hisDesk, hisPocket]) await device.boxShows(1)
  await hisPocket.page.reload()
  await hisPocket.boxShows(1)
  await hisPocket.shows('contacts')
  await hisPocket.part('to-box').click()
  await hisPocket.part('box-item').filter({ hasText: 'We met on the boat' }).waitFor()
  await hisDesk.boxShows(0)
  await hisPocket.part('agree').click()
  await hisPocket.part('agree-do').click()
  for (const device of [desk, pocket]) await device.session('Oskar Lund').waitFor({ state: 'attached' })
  await hisDesk.session('Mira Sand').waitFor({ state: 'attached' })

  await desk.opens('Oskar Lund')
  await desk.write('Hello from the shore')
  await hisDesk.unreadIs('Mira Sand', 1)
  await hisDesk.opens('Mira Sand')
  await hisDesk.sees('Hello from the shore')
  await desk.page.bringToFront()
  await desk.lastOwnIs('read')
  await desk.page.reload() // the address says what was open
  await desk.sees('Hello from the shore')

  line.cut()
  await desk.isOffline()
  await hisDesk.write('Are you coming back?')
  await hisDesk.lastOwnIsPlaced()
  await desk.write('On Sunday')
  line.mend()
  await hisPocket.opens('Mira Sand')
  await pocket.opens('Oskar Lund')
  for (const device of [desk, pocket, hisDesk, hisPocket]) {
    await until('everything is there once, in order', async () => (await device.texts()).join('|') === 'Hello from the shore|Are you coming back?|On Sunday')
    await device.fits()
  }
  await until('the line is there again', async () => (await desk.part('offline').count()) === 0)
  if (folder) await pictures(desk)
}

/** The pages of a member, as pictures. */
async function pictures(device) {
  await take('im-chat', device, 'en')
  for (const tab of ['contacts', 'find', 'me']) {
    await device.shows(tab)
    await take(`im-${tab}`, device, 'en')
  }
}

export default [twoStrangersBecomeFriendsAndTalk]
