// Story 41: a group of members from its making to its end: brought in, let in, told, muted, handed over, left and
// dissolved, on two devices of the same person, over a reload and a lost network.
import { befriend, enter, members } from './circle.mjs'
import { until } from './product.mjs'
import { cutOff, lineTo, phone, startProduct } from './scene.mjs'

async function actsOn(device, who, deed) {
  const insider = device.page.locator(`[data-test="insider"][data-person="${who.id}"]`)
  await insider.locator('[data-test="insider-more"]').click()
  await device.part(deed).click()
}

async function aGroupOfFriendsFromItsMakingToItsEnd() {
  const product = await startProduct()
  const [mira, oskar, lena] = await members(product, 'Mira Sand', 'Oskar Lund', 'Lena Falk')
  await befriend(mira, oskar)
  const line = await lineTo(product)
  const desk = await enter(product, mira)
  const his = await enter(line, oskar)
  const pocket = await enter(product, oskar, { viewport: phone })
  const hers = await enter(product, lena)
  for (const device of [his, hers, pocket]) device.complaints.allow(/404.*\/cursors/)
  his.complaints.allow(cutOff)

  await desk.part('new').click()
  await desk.part('new-group').click()
  await desk.part('group-name').fill('Lake walks')
  await desk.page.locator(`[data-test="choose-person"][data-person="${oskar.id}"]`).click()
  await desk.part('found-do').click()
  await desk.write('Who is in on Sunday?')
  for (const device of [his, pocket]) {
    await device.opens('Lake walks')
    await device.sees('Who is in on Sunday?')
  }

  await hers.shows('find')
  await hers.part('to-find-groups').click()
  await hers.part('find-group-text').fill('Lake')
  await hers.page.locator('[data-test="group"]').filter({ hasText: 'Lake walks' }).locator('[data-test="found-join"]').click()
  await hers.part('apply-note').fill('Oskar told me')
  await hers.part('apply-do').click()
  await desk.boxShows(2) // Oskar agreed, Lena asks
  await desk.shows('contacts')
  await desk.part('to-box').click()
  await desk.part('agree').click()
  await hers.opens('Lake walks')
  await hers.write('Thank you')
  for (const device of [his, pocket]) await device.sees('Thank you')

  await desk.opens('Lake walks')
  await desk.part('edit-notice').click()
  await desk.part('group-text').fill('We start at eight')
  await desk.part('group-text-do').click()
  await his.part('group-notice').filter({ hasText: 'We start at eight' }).waitFor()
  await actsOn(desk, lena, 'mute-10')
  await hers.part('room-note').filter({ hasText: 'muted' }).waitFor()

  line.cut()
  await his.isOffline()
  await his.write('I bring tea')
  await desk.write('Good')
  line.mend()
  await his.page.reload()
  for (const device of [desk, his, pocket, hers]) await until('everything is there once', async () => (await device.texts()).sort().join('|') === (device === hers ? ['Good', 'I bring tea', 'Thank you'] : ['Good', 'I bring tea', 'Thank you', 'Who is in on Sunday?']).join('|'))

  await actsOn(desk, oskar, 'hand-over')
  await his.isTold('handed the group over')
  await desk.part('leave').click()
  await desk.part('leave-confirm').click()
  await desk.session('Lake walks').waitFor({ state: 'detached' })
  await his.part('dissolve').click()
  await his.part('dissolve-confirm').click()
  for (const device of [his, pocket, hers]) await device.part('room-note').filter({ hasText: 'dissolved' }).waitFor()
}

export default [aGroupOfFriendsFromItsMakingToItsEnd]
