// Story 49: what one shows others of oneself: that one has read, and when one was last there; on two devices each, over a lost
// line and a reload.
import { befriend, both, enter, members } from './circle.mjs'
import { until } from './product.mjs'
import { cutOff, lineTo, startProduct } from './scene.mjs'
import { folder, take } from './shots.mjs'

async function opensPrivacy(device) {
  await device.shows('me')
  await device.part('me-privacy').click()
  await device.part('receipts').waitFor()
}

async function receiptsAre(device, on) {
  await until(`receipts are ${on ? 'on' : 'off'}`, async () => (await device.part('receipts').getAttribute('aria-checked')) === String(on))
}

async function lastSeenIsFor(device, whom) {
  await until(`last seen is for ${whom}`, async () => (await device.part('last-seen-for').getAttribute('data-value')) === whom)
}

async function choosesLastSeen(device, whom) {
  await device.part('last-seen-for').locator(`input[value="${whom}"]`).check({ force: true })
  await lastSeenIsFor(device, whom)
}

async function whoKeepsHisReadingToHimselfIsShownNobodyElses() {
  const product = await startProduct()
  const [mira, oskar] = await members(product, 'Mira Sand', 'Oskar Lund')
  await befriend(mira, oskar)
  const line = await lineTo(product)
  const [desk, pocket] = await both(product, mira, line)
  const his = await enter(product, oskar)
  desk.complaints.allow(cutOff)

  await his.opens('Mira Sand')
  await his.write('Shall we sail?')
  await desk.opens('Oskar Lund')
  await desk.sees('Shall we sail?')
  await his.lastOwnIs('read')
  await opensPrivacy(desk)
  await opensPrivacy(pocket)
  await pocket.fits()
  if (folder) await take('im-privacy', desk, 'en')
  line.cut()
  await desk.isOffline()
  await pocket.part('receipts').click()
  await receiptsAre(pocket, false)
  line.mend()
  await receiptsAre(desk, false)

  await his.write('On Sunday?')
  await desk.opens('Oskar Lund')
  await desk.sees('On Sunday?')
  await pocket.shows('chats')
  await pocket.unreadIs('Oskar Lund', 0) // one's own devices agree
  await desk.write('Gladly')
  await his.sees('Gladly')
  await his.lastOwnIs('delivered')
  await desk.lastOwnIs('delivered')
  await his.page.reload()
  await desk.page.reload()
  await his.sees('Gladly')
  await desk.sees('Gladly')
  await his.lastOwnIs('delivered')
  await desk.lastOwnIs('delivered')

  await opensPrivacy(pocket)
  await pocket.part('receipts').click()
  await desk.lastOwnIs('read')
  await his.write('At eight then')
  await his.lastOwnIs('read')
}

async function friendsSeeWhenOneWasLastThereIfOneShowsIt() {
  const product = await startProduct()
  const [mira, oskar] = await members(product, 'Mira Sand', 'Oskar Lund')
  await befriend(mira, oskar)
  const [desk, pocket] = await both(product, mira)
  const his = await enter(product, oskar, { locale: 'zh-CN' })
  const told = his.part('card-state')

  await his.shows('contacts')
  await his.page.locator(`[data-test="person"][data-person="${mira.id}"] button`).first().click()
  await told.filter({ hasText: '在线' }).waitFor()
  await desk.part('me').click()
  await desk.part('mood-invisible').click()
  await told.filter({ hasText: /刚刚在线|今天 \d\d:\d\d 在线|昨天/ }).waitFor()
  if (folder) await take('im-last-seen', his, 'zh')

  await opensPrivacy(desk)
  await opensPrivacy(pocket)
  await choosesLastSeen(desk, 'nobody')
  await lastSeenIsFor(pocket, 'nobody')
  await told.filter({ hasText: '离线' }).waitFor()
  await his.page.reload()
  await told.filter({ hasText: '离线' }).waitFor()
  await choosesLastSeen(pocket, 'everyone')
  await lastSeenIsFor(desk, 'everyone')
  await told.filter({ hasText: /刚刚在线|今天|昨天/ }).waitFor()
}

export default [whoKeepsHisReadingToHimselfIsShownNobodyElses, friendsSeeWhenOneWasLastThereIfOneShowsIt]
