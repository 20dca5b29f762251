// Story 42: what is done with messages. Signs under them, pins, finding one that was said long ago and coming back,
// taking one or all out of one's own view: on two devices of the same person, over a reload and a lost network.
import assert from 'node:assert/strict'
import { befriend, enter, members } from './circle.mjs'
import { until } from './product.mjs'
import { cutOff, lineTo, phone, startProduct } from './scene.mjs'
import { folder, take } from './shots.mjs'

/** Enough for a page that is not read at once: the first of it is far from the end. */
async function chatALot(mira, oskar, conversation) {
  let n = 0
  const say = async ({ caller }, text) => {
    const body = { client_msg_id: `before-${n++}`, type: 'text', body: { text } }
    await until('it is said', async () => (await caller.ask('POST', `/api/chat/conversations/${conversation}/messages`, body)).status === 200) // who says much waits
  }
  await say(oskar, 'The cabin is by the old mill')
  for (let i = 1; i <= 42; i++) {
    await say(mira, `About the trip, part ${i}`)
    await say(oskar, `Answer ${i}`)
  }
}

const line = (device, text) => device.messages().filter({ hasText: text, hasNot: device.page.locator('.quote', { hasText: text }) })
const chip = (device, text, sign) => line(device, text).locator(`[data-test="chip"][data-sign="${sign}"]`)

async function chipIs(device, text, sign, count, mine) {
  await until(`${count} gave ${sign} to ${text}, ${mine ? '' : 'not '}oneself among them`, async () => {
    const is = await chip(device, text, sign).evaluate((el) => [el.dataset.count, el.ariaPressed]).catch(() => [])
    return is[0] === String(count) && is[1] === String(mine)
  })
}

async function chooses(device, text, entry) {
  await line(device, text).hover()
  await line(device, text).locator('[data-test="message-more"]').click()
  await device.part(`menu-${entry}`).click()
}

/** Holds a finger on a message until its menu is there. */
async function holds(device, text) {
  const box = await line(device, text).locator('.bubble').boundingBox()
  const finger = { pointerType: 'touch', bubbles: true, clientX: box.x + 20, clientY: box.y + 12 }
  await line(device, text).dispatchEvent('pointerdown', finger)
  await device.part('message-menu').waitFor()
  await line(device, text).dispatchEvent('pointerup', finger)
}

async function inSight(device, text) {
  await until(`${text} is in sight`, () => line(device, text).evaluate((el) => {
    const box = el.getBoundingClientRect()
    const frame = el.closest('[data-test="messages"]').getBoundingClientRect()
    return box.top >= frame.top && box.bottom <= frame.bottom
  }).catch(() => false))
}

async function messagesAreAnsweredKeptFoundAndForgotten() {
  const product = await startProduct()
  const [mira, oskar] = await members(product, 'Mira Sand', 'Oskar Lund')
  await befriend(mira, oskar)
  const { conversations } = await mira.caller.get('/api/im')
  const conversation = conversations[0].id
  await chatALot(mira, oskar, conversation)

  const cable = await lineTo(product)
  const desk = await enter(product, mira)
  const pocket = await enter(product, mira, { viewport: phone, hasTouch: true })
  const his = await enter(cable, oskar, { locale: 'zh-CN' })
  his.complaints.allow(cutOff)
  for (const device of [desk, pocket]) await device.opens('Oskar Lund')
  await his.opens('Mira Sand')

  // signs: under the pointer, by a press on a chip, by the keyboard, over a lost network and a reload
  await desk.write('Dinner at eight?')
  await his.sees('Dinner at eight?')
  await line(his, 'Dinner at eight?').hover()
  await line(his, 'Dinner at eight?').locator('[data-test="react"]').click()
  await his.page.locator('[data-test="sign"][data-sign="👍"]').click()
  for (const device of [desk, pocket]) await chipIs(device, 'Dinner at eight?', '👍', 1, false)
  await chip(desk, 'Dinner at eight?', '👍').click()
  await chipIs(pocket, 'Dinner at eight?', '👍', 2, true)
  cable.cut()
  await his.isOffline()
  await line(desk, 'Dinner at eight?').focus()
  await desk.page.keyboard.press('Enter')
  await desk.page.keyboard.press('ArrowRight')
  assert.equal(await desk.page.evaluate(() => document.activeElement.dataset.sign), '❤️')
  await desk.page.keyboard.press('Enter')
  await chipIs(pocket, 'Dinner at eight?', '❤️', 1, true)
  cable.mend()
  await chipIs(his, 'Dinner at eight?', '❤️', 1, false)
  await his.page.reload()
  await chipIs(his, 'Dinner at eight?', '👍', 2, true)
  await chip(his, 'Dinner at eight?', '👍').click()
  await chipIs(desk, 'Dinner at eight?', '👍', 1, true)
  await chooses(desk, 'Dinner at eight?', 'who')
  await until('who reacted', async () => (await desk.part('reactor').count()) === 1)
  await desk.page.keyboard.press('Escape')
  await his.write('Bring the red one')
  await holds(pocket, 'Bring the red one')
  if (folder) await pocket.page.screenshot({ path: `${folder}/messages-menu-light-en-390.png` })
  await pocket.page.locator('[data-test="more-signs"]').click()
  if (folder) await pocket.page.screenshot({ path: `${folder}/messages-grid-light-en-390.png` })
  await pocket.page.locator('[data-test="sign"][data-sign="🎁"]').click()
  await chipIs(his, 'Bring the red one', '🎁', 1, false)

  // pins: for both, and gone with what is recalled
  await chooses(desk, 'Dinner at eight?', 'pin')
  for (const device of [his, pocket]) await device.part('pin-newest').filter({ hasText: 'Dinner at eight?' }).waitFor()
  await his.isTold('置顶了一条消息')
  if (folder) await line(desk, 'Bring the red one').hover()
  if (folder) await take('messages-signs', desk, 'en')
  if (folder) await take('messages-signs', his, 'zh')

  // found long ago, and back
  for (const device of [desk, pocket]) {
    await device.part('search-history').click()
    await device.part('history-text').fill('OLD MILL')
    const found = device.part('found-message').filter({ hasText: 'The cabin is by the old mill' })
    await found.waitFor()
    await until('nothing else is found', async () => (await device.part('found-message').count()) === 1)
    if (folder && device === desk) await take('messages-history', desk, 'en')
    await found.click()
    await inSight(device, 'The cabin is by the old mill')
    assert.equal(await line(device, 'Dinner at eight?').count(), 0, 'the present is elsewhere')
    await his.write(device === desk ? 'Are you there?' : 'And you?')
    await device.part('to-end').click()
    await inSight(device, device === desk ? 'Are you there?' : 'And you?')
  }
  if (folder) {
    await his.part('search-history').click()
    await his.part('found-message').first().waitFor()
    await take('messages-history', his, 'zh')
    await his.part('history-close').click()
  }
  await desk.part('pin-newest').click()
  await inSight(desk, 'Dinner at eight?')

  // out of one's own view, on both devices and for good
  await chooses(desk, 'Bring the red one', 'hide')
  await desk.part('hide-do').click()
  for (const device of [desk, pocket]) await line(device, 'Bring the red one').waitFor({ state: 'detached' })
  assert.equal(await line(his, 'Bring the red one').count(), 1, 'the other one keeps it')
  await pocket.page.reload()
  await pocket.sees('Dinner at eight?')
  assert.equal(await line(pocket, 'Bring the red one').count(), 0, 'it does not come back')
  await desk.recall('Dinner at eight?')
  for (const device of [his, pocket]) await device.part('pins').waitFor({ state: 'detached' })

  await desk.part('history-more').click()
  const file = await desk.part('export-text').evaluate(async (link) => (await fetch(link.href)).text())
  assert.ok(file.includes('The cabin is by the old mill') && !file.includes('red one'), 'the file has what she sees')
  await desk.part('clear').click()
  await desk.part('clear-do').click()
  for (const device of [desk, pocket]) await until('the chat is empty', async () => (await device.messages().count()) === 0)
  await his.write('Hello again')
  for (const device of [desk, pocket]) await until('only what came later is there', async () => (await device.texts()).join('|') === 'Hello again')
  await desk.page.reload()
  await until('only what came later is there', async () => (await desk.texts()).join('|') === 'Hello again')
  await his.sees('Bring the red one')
}

export default [messagesAreAnsweredKeptFoundAndForgotten]
