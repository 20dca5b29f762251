// Story 48: what a group announces and who has read it, and slow mode: on two devices, over a reload and a cut line.
import assert from 'node:assert/strict'
import { befriend, enter, members } from './circle.mjs'
import { until } from './product.mjs'
import { cutOff, lineTo, phone, startProduct } from './scene.mjs'
import { folder, take } from './shots.mjs'

const group = 'Lake walks'

/** A group of the first with the others, who are friends of his. */
async function walks(product) {
  const [mira, oskar, lena] = await members(product, 'Mira Sand', 'Oskar Lund', 'Lena Falk')
  for (const other of [oskar, lena]) await befriend(mira, other)
  const made = await mira.caller.post('/api/im/groups', { client_id: 'group-of-walks', name: group, people: [oskar.id, lena.id] })
  return { mira, oskar, lena, id: made.group.id }
}

async function announces(device, text, asks) {
  await device.part('edit-notice').click()
  await device.part('group-text').fill(text)
  if (asks) await device.part('notice-asks').click()
  if (folder) await device.page.screenshot({ path: `${folder}/im-announcing.png` })
  await device.part('group-text-do').click()
  await device.part('group-text-sheet').waitFor({ state: 'detached' })
}

async function confirmedAre(device, confirmed, asked) {
  await until(`${confirmed} of ${asked} have confirmed`, async () => {
    const part = device.part('confirmed')
    return (await part.getAttribute('data-confirmed')) === String(confirmed) && (await part.getAttribute('data-asked')) === String(asked)
  })
}

async function anAnnouncementIsReadAndConfirmed() {
  const product = await startProduct()
  const { mira, oskar, lena } = await walks(product)
  const line = await lineTo(product)
  const desk = await enter(product, mira)
  const his = await enter(line, oskar)
  const pocket = await enter(product, oskar, { viewport: phone })
  his.complaints.allow(cutOff)
  await desk.opens(group)
  await his.opens(group)

  await announces(desk, 'On Sunday we start at eight at the boat house.\nBring water, a hat and something against the rain.\nWhoever comes later takes the ferry at nine; the last one back leaves at six.\nTell Mira if you bring a dog.', true)
  await his.part('announcement').filter({ hasText: 'start at eight' }).waitFor()
  await his.isTold('posted an announcement')
  await pocket.sessionIs(group, 'announced', true)
  await pocket.opens(group)
  await pocket.part('announcement-more').click()
  if (folder) await take('im-announcement', his, 'en')
  if (folder) await pocket.page.screenshot({ path: `${folder}/im-announcement-whole.png` })
  await confirmedAre(desk, 0, 2)

  line.cut()
  await his.isOffline()
  await pocket.part('announcement-read').click()
  await pocket.part('announcement').waitFor({ state: 'detached' })
  await confirmedAre(desk, 1, 2)
  await his.part('announcement').waitFor()
  line.mend()
  await his.part('announcement').waitFor({ state: 'detached' }) // confirmed once is confirmed everywhere
  await his.page.reload()
  await his.isIn()
  await until('it stays confirmed', async () => (await his.part('announcement').count()) === 0 && (await his.part('room-pane').count()) === 1)

  await desk.part('confirmed').click()
  await desk.page.locator(`[data-test="confirmed-row"][data-person="${lena.id}"]`).waitFor()
  await desk.part('confirmed-which').getByText('Confirmed 1').click()
  await desk.page.locator(`[data-test="confirmed-row"][data-person="${oskar.id}"]`).waitFor()
  if (folder) await desk.page.screenshot({ path: `${folder}/im-confirmed.png` })
  await lena.caller.post(`/api/im/groups/${(await lena.caller.get('/api/im')).groups[0].id}/notice/confirm`, { version: (await lena.caller.get('/api/im')).groups[0].notice_version })
  await desk.page.locator(`[data-test="confirmed-row"][data-person="${lena.id}"]`).waitFor() // the list moves by itself
  await desk.page.keyboard.press('Escape')
  await confirmedAre(desk, 2, 2)

  await announces(desk, 'We start at nine instead.', false) // still asked: a new one asks again
  for (const device of [his, pocket]) await device.part('announcement').filter({ hasText: 'nine instead' }).waitFor()
  await confirmedAre(desk, 0, 2)
}

async function slowModeLetsOneMessageThroughInAWhile() {
  const product = await startProduct()
  const { mira, oskar } = await walks(product)
  const line = await lineTo(product)
  const desk = await enter(product, mira)
  const his = await enter(line, oskar)
  const pocket = await enter(product, oskar, { viewport: phone })
  his.complaints.allow(cutOff)
  his.complaints.allow(/429/)
  const waits = (device, on) => until(`he ${on ? 'waits' : 'may write'}`, async () => (await device.part('slow-left').getAttribute('data-waits')) === String(on))
  for (const device of [desk, his, pocket]) await device.opens(group)

  await desk.part('slow').selectOption('30')
  for (const device of [his, pocket]) await waits(device, false)
  await his.isTold('slow mode')
  await his.part('slow-shown').filter({ hasText: 'Every 30 s' }).waitFor()
  await his.write('one')
  for (const device of [his, pocket]) await waits(device, true)
  await pocket.type('kept while waiting')
  await pocket.composer().press('Enter')
  assert.equal(await pocket.composer().inputValue(), 'kept while waiting')
  if (folder) await take('im-slow', his, 'en')
  if (folder) await pocket.page.screenshot({ path: `${folder}/im-slow-phone.png` })
  await his.page.reload()
  await his.isIn()
  await waits(his, true) // the server says when he spoke
  await desk.write('the owner need not wait')
  await desk.write('at all')
  assert.equal(await desk.part('slow-left').count(), 0)

  await desk.part('slow').selectOption('10')
  await waits(his, false)
  line.cut()
  await his.isOffline()
  for (const text of ['two', 'three']) await his.write(text)
  line.mend()
  await desk.sees('two')
  await waits(his, true)
  assert.equal(await desk.bubbles().filter({ hasText: 'three' }).count(), 0)
  await desk.sees('three') // by itself, when its time has come
  await desk.part('slow').selectOption('0')
  for (const device of [his, pocket]) await device.part('slow-left').waitFor({ state: 'detached' })
  await pocket.composer().press('Enter')
  await desk.sees('kept while waiting')
}

export default [anAnnouncementIsReadAndConfirmed, slowModeLetsOneMessageThroughInAWhile]
