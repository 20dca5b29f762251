// Story 44: whom one knows: where one lives, how one is, friend groups, blocks, parting, and one's devices; each on two devices,
// over reloads and a lost line.
import assert from 'node:assert/strict'
import { befriend, both, enter, members, password } from './circle.mjs'
import { Member } from './people.mjs'
import { until } from './product.mjs'
import { cutOff, lineTo, phone, startProduct } from './scene.mjs'
import { folder, take } from './shots.mjs'

/** Somebody in the list of contacts. */
function rowOf(device, who) {
  return device.page.locator(`[data-test="contacts"] [data-test="person"][data-person="${who.id}"]`)
}

async function isSeenAs(devices, who, state) {
  for (const device of devices) await until(`${who.name} is ${state}`, async () => (await rowOf(device, who).getAttribute('data-state')) === state)
}

async function moodIs(device, mood) {
  await until(`one's own mood is ${mood}`, async () => (await device.part('me').getAttribute('data-mood')) === mood)
}

async function be(device, mood) {
  await device.part('me').click()
  await device.part(`mood-${mood}`).click()
  await moodIs(device, mood)
}

/** Opens somebody's card from the list of contacts and presses what can be done there. */
async function actOn(device, who, deed) {
  await device.shows('contacts')
  await rowOf(device, who).locator('button').first().click()
  await device.part(deed).click()
}

async function whereOneLivesIsChosenStepByStep() {
  const product = await startProduct()
  const [oskar] = await members(product, 'Oskar Lund')
  const pocket = await Member.at(product, { locale: 'zh-CN', viewport: phone })
  await pocket.part('to-register').click()
  await pocket.part('register-name').fill('Mira Sand')
  await pocket.part('register-password').fill(password)
  await pocket.part('region-province').selectOption('浙江省')
  await pocket.part('region-city').selectOption('杭州市')
  await pocket.part('region-district').selectOption('西湖区')
  await pocket.fits()
  if (folder) await take('im-register', pocket, 'zh')
  await pocket.part('register').click()
  await pocket.isIn()

  const his = await enter(product, oskar)
  await his.shows('find')
  await his.part('to-find-people').click()
  await his.page.locator('[data-found]').filter({ hasText: '浙江省 · 杭州市 · 西湖区' }).waitFor()
  await pocket.shows('me')
  await pocket.part('me-profile').click()
  await pocket.part('region-country').selectOption('FR')
  await pocket.part('region-province').fill('Nord')
  await pocket.part('profile-save').click()
  await until('it is kept', async () => pocket.part('profile-save').isDisabled())
  await pocket.page.reload()
  await until('it is there after a reload', async () => (await pocket.part('region-province').inputValue()) === 'Nord')
  if (folder) await take('im-profile', pocket, 'zh')
}

async function friendsSeeHowOneIsAndWhoIsInvisibleIsAway() {
  const product = await startProduct()
  const [mira, oskar] = await members(product, 'Mira Sand', 'Oskar Lund')
  await befriend(mira, oskar)
  const line = await lineTo(product)
  const [desk, pocket] = await both(product, mira, line)
  const his = await both(product, oskar)
  desk.complaints.allow(cutOff)
  for (const device of his) await device.shows('contacts')
  await pocket.shows('me')
  await isSeenAs(his, mira, 'online')

  await be(desk, 'busy')
  await isSeenAs(his, mira, 'busy')
  await moodIs(pocket, 'busy')
  await be(pocket, 'invisible')
  await isSeenAs(his, mira, 'offline')
  await moodIs(desk, 'invisible')
  await his[0].page.reload()
  await desk.page.reload()
  await isSeenAs(his, mira, 'offline')
  await moodIs(desk, 'invisible')

  line.cut()
  await desk.isOffline()
  await be(pocket, 'away')
  line.mend()
  await moodIs(desk, 'away')
  await isSeenAs(his, mira, 'away')
  await desk.shows('me')
  await desk.part('signature').fill('At sea')
  await desk.part('signature').press('Enter')
  for (const device of his) await rowOf(device, mira).filter({ hasText: 'At sea' }).waitFor()
}

/** Takes something along by the mouse and holds it over something else. */
async function drags(device, what, to) {
  const [from, at] = [await what.boundingBox(), await to.boundingBox()]
  await device.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
  await device.page.mouse.down()
  const middle = at.y + at.height / 2
  await device.page.mouse.move(at.x + at.width / 2, middle + Math.sign(middle - from.y) * 4, { steps: 8 })
}

/** The friend groups as a device shows them, with who is in each. */
function sections(device) {
  return device.page.locator('[data-test="section"]').evaluateAll((all) => all.map((one) => [one.querySelector('.clip').textContent, ...[...one.querySelectorAll('[data-test="person"] b')].map((b) => b.textContent)].join(': ')))
}

async function sectionsAre(devices, ...wanted) {
  for (const device of devices) await until(`the groups are ${wanted.join(', ')}`, async () => (await sections(device)).join(', ') === wanted.join(', '))
}

async function friendsAreFiledInGroupsOfOnesOwn() {
  const product = await startProduct()
  const [mira, oskar] = await members(product, 'Mira Sand', 'Oskar Lund')
  await befriend(mira, oskar)
  const devices = await both(product, mira)
  const [desk, pocket] = devices
  for (const device of devices) await device.shows('contacts')
  await desk.part('arrange').click()
  for (const name of ['Sailors', 'Family']) {
    await desk.part('friend-group-new').fill(name)
    await desk.part('friend-group-add').click()
    await desk.part('friend-group-row').filter({ hasText: name }).waitFor()
  }
  await sectionsAre([pocket], 'My friends: Oskar Lund', 'Sailors', 'Family')
  await desk.part('friend-group-row').filter({ hasText: 'Family' }).locator('[data-test="friend-group-rename"]').click()
  await desk.part('friend-group-name').fill('Home')
  await desk.part('friend-group-name').press('Enter')
  await desk.page.getByRole('button', { name: 'Move Home up' }).click()
  await sectionsAre([pocket], 'My friends: Oskar Lund', 'Home', 'Sailors')
  const rowNamed = (name) => desk.part('friend-group-row').filter({ hasText: name })
  await drags(desk, rowNamed('Sailors').locator('[data-test="grip"]'), rowNamed('Home'))
  if (folder) await take('im-arrange', desk, 'en')
  await desk.page.mouse.up()
  await sectionsAre(devices, 'My friends: Oskar Lund', 'Sailors', 'Home')
  await drags(desk, rowNamed('Home').locator('[data-test="grip"]'), rowNamed('Sailors'))
  await desk.page.keyboard.press('Escape') // puts back what is held, and leaves the sheet open
  await desk.page.mouse.up()
  await desk.page.keyboard.press('Escape')
  await desk.part('friend-groups').waitFor({ state: 'detached' })
  const sectionNamed = (name) => desk.part('section').filter({ hasText: name }).locator('[data-test="fold"]')
  await drags(desk, rowOf(desk, oskar), sectionNamed('Home'))
  if (folder) await take('im-dragged', desk, 'en')
  await desk.page.mouse.up()
  await sectionsAre(devices, 'My friends', 'Sailors', 'Home: Oskar Lund')
  assert.equal(await desk.part('card-group').count(), 0, 'the end of a drag opened the card')
  await desk.page.reload()
  await sectionsAre([desk], 'My friends', 'Sailors', 'Home: Oskar Lund')

  await actOn(pocket, oskar, 'do-move')
  await pocket.part('friend-group').selectOption({ label: 'Sailors' })
  await pocket.part('move-do').click()
  await pocket.part('card-group').filter({ hasText: 'Sailors' }).waitFor()
  await pocket.part('back').click()
  await pocket.page.reload()
  await sectionsAre(devices, 'My friends', 'Sailors: Oskar Lund', 'Home')
  await desk.part('arrange').click()
  await desk.part('friend-group-row').filter({ hasText: 'Sailors' }).locator('[data-test="friend-group-drop"]').click()
  await desk.part('friend-group-row').filter({ hasText: 'Sailors' }).waitFor({ state: 'detached' })
  await sectionsAre(devices, 'My friends: Oskar Lund', 'Home')
}

async function aBlockAndAPartingHoldOnBothSides() {
  const product = await startProduct()
  const [mira, oskar] = await members(product, 'Mira Sand', 'Oskar Lund')
  await befriend(mira, oskar)
  const [desk, pocket] = await both(product, mira)
  const his = await enter(product, oskar)
  his.complaints.allow(/status of 403/)
  await his.shows('contacts')
  await isSeenAs([his], mira, 'online')

  await actOn(desk, oskar, 'do-block')
  await desk.part('block-person-do').click()
  await desk.part('card-blocked').waitFor()
  await isSeenAs([his], mira, 'offline')
  await his.opens('Mira Sand')
  await his.write('Are you there?')
  await his.lastOwnIs('failed')
  await pocket.shows('me')
  await pocket.part('me-blocked').click()
  await pocket.part('person').filter({ hasText: 'Oskar Lund' }).waitFor()
  await pocket.page.reload()
  await pocket.part('unblock').click()
  await desk.part('card-blocked').waitFor({ state: 'detached' })
  await his.write('Hello again')
  await desk.opens('Oskar Lund')
  await desk.sees('Hello again')

  await actOn(his, mira, 'do-remove')
  await his.part('remove-both').uncheck()
  await his.part('remove-friend-do').click()
  await rowOf(his, mira).waitFor({ state: 'detached' })
  await desk.part('room-note').filter({ hasText: 'no longer your friend' }).waitFor()
  await his.shows('find')
  await his.part('to-find-people').click()
  const found = his.page.locator('[data-found]').filter({ hasText: 'Mira Sand' })
  await found.locator('[data-test="found-ask"]').click()
  await his.part('request-do').click()
  await desk.part('room-note').waitFor({ state: 'detached' })
  await desk.write('Welcome back')

  await actOn(pocket, oskar, 'do-remove')
  await pocket.part('remove-friend-do').click()
  await his.shows('contacts')
  for (const [device, who] of [[his, mira], [pocket, oskar]]) await rowOf(device, who).waitFor({ state: 'detached' })
  await his.page.reload()
  await his.opens('Mira Sand') // what was said stays
  await his.sees('Welcome back')
}

async function aDeviceIsSignedOutFromAnother() {
  const product = await startProduct()
  const [mira] = await members(product, 'Mira Sand')
  const [desk, pocket] = await both(product, mira)
  await desk.shows('me')
  await desk.part('me-devices').click()
  await until('both devices are listed, and the one that registered', async () => (await desk.part('device').count()) === 3)
  if (folder) await take('im-devices', desk, 'en')
  await desk.part('end-others').click()
  await pocket.part('sign-in').waitFor()
  await until('only this device is left', async () => (await desk.part('device').count()) === 1)
  await pocket.enters('Mira Sand', password)
}

async function friendsOfFriendsAreSuggested() {
  const product = await startProduct()
  const [mira, oskar, lena, jonas] = await members(product, 'Mira Sand', 'Oskar Lund', 'Lena Vogt', 'Jonas Berg')
  for (const [one, other] of [[mira, oskar], [mira, jonas], [oskar, lena], [jonas, lena]]) await befriend(one, other)
  const line = await lineTo(product)
  const hers = await both(product, mira, line)
  hers[0].complaints.allow(cutOff)
  line.cut()
  await hers[0].isOffline()
  for (const device of hers) {
    await device.shows('find')
    await device.part('to-find-people').click()
  }
  await hers[0].part('find-again').waitFor()
  line.mend()
  await hers[0].part('find-again').click()
  for (const device of hers) {
    await device.part('known').getByText('2 friends in common').waitFor()
    assert.equal(await device.part('known').locator('[data-found]').count(), 1, 'only who is no friend yet')
    await device.fits()
  }
  if (folder) await take('im-known', hers[0], 'en')
  await hers[0].part('known').locator('[data-test="found-ask"]').click()
  await hers[0].part('request-do').click()
  await hers[0].part('request-sheet').waitFor({ state: 'detached' })
  await hers[1].page.reload()
  await hers[1].part('find-people').locator('h2').first().waitFor()
  await hers[1].part('found').locator(`[data-person="${lena.id}"]`).waitFor()
  await hers[1].part('known').waitFor({ state: 'detached' }) // who is asked already is not suggested
}

export default [whereOneLivesIsChosenStepByStep, friendsSeeHowOneIsAndWhoIsInvisibleIsAway, friendsAreFiledInGroupsOfOnesOwn, aBlockAndAPartingHoldOnBothSides, aDeviceIsSignedOutFromAnother, friendsOfFriendsAreSuggested]
