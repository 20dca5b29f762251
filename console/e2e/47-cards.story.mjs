// Story 47: what was said elsewhere is passed on, message by message or as one card that opens, and people and groups are
// introduced by their cards: on two devices of the same person, over a reload and a lost network.
import assert from 'node:assert/strict'
import { befriend, enter, members } from './circle.mjs'
import { paper, picture } from './papers.mjs'
import { until } from './product.mjs'
import { cutOff, lineTo, phone, startProduct } from './scene.mjs'
import { folder, take } from './shots.mjs'

const line = (device, text) => device.messages().filter({ hasText: text })

/** Begins to choose messages with one of them, by the pointer. */
async function begins(device, text) {
  await line(device, text).hover()
  await line(device, text).locator('[data-test="message-more"]').click()
  await device.part('menu-choose').click()
}

/** Holds a finger on a message until its menu is there, and begins with it. */
async function beginsByPress(device, text) {
  const box = await line(device, text).locator('.bubble').boundingBox()
  const finger = { pointerType: 'touch', bubbles: true, clientX: box.x + 20, clientY: box.y + 12 }
  await line(device, text).dispatchEvent('pointerdown', finger)
  await device.part('message-menu').waitFor()
  await line(device, text).dispatchEvent('pointerup', finger)
  await device.part('menu-choose').click()
}

async function countIs(device, n) {
  await until(`${n} are chosen`, async () => (await device.part('choose-bar').getAttribute('data-count')) === String(n))
}

async function sendsTo(device, room) {
  await device.page.locator(`[data-test="forward-to"][data-room="${room}"]`).click()
  await device.part('forward-do').click()
  await device.part('forward-sheet').waitFor({ state: 'detached' })
}

async function insideIs(device, want) {
  await until(`inside is ${want}`, async () => (await device.part('merged-item').evaluateAll((all) => all.map((one) => one.dataset.type))).join(' ') === want)
}

async function whatWasSaidIsPassedOnAndPeopleAreIntroduced() {
  const product = await startProduct()
  const [mira, oskar, lena] = await members(product, 'Mira Sand', 'Oskar Lund', 'Lena Falk')
  for (const other of [oskar, lena]) await befriend(mira, other)
  const { conversations } = await mira.caller.get('/api/im')
  const roomOf = (who) => conversations.find(({ peer }) => peer === who.id).id
  const { group } = await mira.caller.post('/api/im/groups', { client_id: 'a-closed-group', name: 'Lake walks', join_rule: 'invite', people: [oskar.id] })
  const cable = await lineTo(product)
  const desk = await enter(product, mira)
  const pocket = await enter(product, mira, { viewport: phone, hasTouch: true })
  const hers = await enter(cable, lena, { locale: 'zh-CN' })
  hers.complaints.allow(cutOff)
  const his = await enter(product, oskar)
  for (const device of [desk, pocket]) await device.opens('Oskar Lund')
  await his.opens('Mira Sand')
  await hers.opens('Mira Sand')
  await his.write('The train leaves at nine')
  await his.send(picture('lake.png'))
  await his.send(paper('tickets.txt', 900))
  await desk.seesFile('tickets.txt', '')
  await desk.write('I bring the tea')
  await pocket.sees('I bring the tea')

  // chosen by the pointer and the keyboard, merged, and seen by who was away
  cable.cut()
  await hers.isOffline()
  await begins(desk, 'The train leaves at nine')
  for (const type of ['image', 'file']) await desk.page.locator(`[data-test="message"][data-type="${type}"] [data-test="choose"]`).click()
  await line(desk, 'I bring the tea').locator('[data-test="choose"]').focus()
  await desk.page.keyboard.press('Space')
  await countIs(desk, 4)
  if (folder) await take('cards-choose', desk, 'en')
  await desk.part('choose-merged').click()
  await sendsTo(desk, roomOf(lena))
  await desk.part('choose-bar').waitFor({ state: 'detached' })
  cable.mend()
  const merged = hers.part('merged')
  await merged.filter({ hasText: 'Mira Sand和Oskar Lund的聊天记录' }).waitFor()
  if (folder) await take('cards-merged', hers, 'zh')
  await his.recall('The train leaves at nine')
  await hers.page.reload()
  await merged.click()
  await insideIs(hers, 'text image file text')
  await hers.part('merged-item').filter({ hasText: 'The train leaves at nine' }).waitFor()
  await hers.part('merged-sheet').locator('[data-test="image"][data-loaded="true"]').click()
  await hers.viewer().locator('img').waitFor()
  if (folder) await take('cards-viewer', hers, 'zh')
  await hers.page.keyboard.press('Escape')
  await hers.viewer().waitFor({ state: 'detached' })
  if (folder) await take('cards-open', hers, 'zh')
  await hers.page.keyboard.press('Escape')

  // a merged one in a merged one, by a held finger on the phone, and back
  await hers.write('Thank you')
  await pocket.opens('Lena Falk')
  await pocket.sees('Thank you')
  await beginsByPress(pocket, 'Thank you')
  await pocket.page.locator('[data-test="message"][data-type="merged"] [data-test="choose"]').click()
  await countIs(pocket, 2)
  if (folder) await pocket.page.screenshot({ path: `${folder}/cards-choose-phone.png` })
  await pocket.part('choose-merged').click()
  await sendsTo(pocket, roomOf(oskar))
  await his.part('merged').click()
  await insideIs(his, 'merged text')
  await his.part('merged-sheet').locator('[data-test="merged"]').click()
  await insideIs(his, 'text image file text')
  await his.part('merged-back').click()
  await insideIs(his, 'merged text')
  await his.page.keyboard.press('Escape')

  // one by one; Escape ends the choosing and loses nothing that is being written
  await desk.composer().fill('half a sentence')
  await begins(desk, 'I bring the tea')
  await desk.page.locator('[data-test="message"][data-type="file"] [data-test="choose"]').click()
  await desk.part('choose-each').click()
  await sendsTo(desk, roomOf(lena))
  await hers.seesFile('tickets.txt', '')
  await hers.sees('I bring the tea')
  await begins(desk, 'I bring the tea')
  await desk.page.keyboard.press('Escape')
  await desk.part('choose-bar').waitFor({ state: 'detached' })
  assert.equal(await desk.composer().inputValue(), 'half a sentence')

  // a friend is introduced, and asked; a group that takes nobody in says so
  await desk.part('to-card').click()
  await desk.part('do-share').click()
  await sendsTo(desk, roomOf(lena))
  await desk.opens('Lake walks')
  await desk.part('share-group').click()
  await sendsTo(desk, roomOf(lena))
  const cards = (kind) => hers.page.locator(`[data-test="card"][data-kind="${kind}"]`)
  await cards('group').filter({ hasText: 'Lake walks' }).waitFor()
  await pocket.opens('Lena Falk')
  await pocket.part('card').first().waitFor()
  if (folder) await take('cards-cards', hers, 'zh')
  await cards('group').click()
  await hers.page.locator('[data-test="group-sheet"][data-state="invite"]').waitFor()
  await hers.page.keyboard.press('Escape')
  await mira.caller.patch(`/api/chat/groups/${group.id}`, { join_rule: 'open' })
  await cards('group').click()
  await hers.part('group-do').click()
  await until('she is in the group', async () => (await hers.part('room-name').innerText()) === 'Lake walks')
  await hers.opens('Mira Sand')
  await cards('person').click()
  await until('his page is there', async () => (await hers.part('card-name').innerText()) === 'Oskar Lund')
  await hers.part('ask').click()
  await hers.part('request-do').click()
  await until('he is asked', async () => (await oskar.caller.get('/api/im/box')).items.some(({ kind, from }) => kind === 'friend_request' && from.id === lena.id))
}

export default [whatWasSaidIsPassedOnAndPeopleAreIntroduced]
