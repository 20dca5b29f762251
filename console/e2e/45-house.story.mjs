// Story 45: the messenger's back office: a group waits for its approval and lives under the owner's hand, and a report goes from
// the wizard to its verdict; members on two devices, over reloads and a lost line.
import assert from 'node:assert/strict'
import { backOffice, befriend, both, enter, members, password } from './circle.mjs'
import { cutOff, lineTo, phone, startProduct } from './scene.mjs'
import { folder, take } from './shots.mjs'

async function foundGroup(device, name) {
  await device.shows('chats')
  await device.part('new').click()
  await device.part('new-group').click()
  await device.part('group-name').fill(name)
  await device.part('found-do').click()
}

/** Opens the message box and waits for an entry. */
async function boxSays(device, kind, ...words) {
  await device.shows('contacts')
  if (!(await device.part('box').count())) await device.part('to-box').click()
  let entry = device.page.locator(`[data-test="box-item"][data-kind="${kind}"]`).first()
  for (const word of words) entry = entry.filter({ hasText: word })
  await entry.waitFor()
}

/** Wants groups to be approved, and types a limit while the answer to that is still on its way. */
async function choosesAndTypes(boss) {
  const limit = boss.part('members-max_created')
  await limit.waitFor()
  let answers
  const typed = new Promise((done) => { answers = done })
  await boss.page.route('**/api/admin/settings', async (route) => {
    const response = await route.fetch()
    await typed
    await route.fulfill({ response })
  }, { times: 1 })
  await boss.part('members-approval').click()
  await limit.fill('2')
  answers()
  await boss.page.locator('[data-test="members-approval"][aria-checked="true"]').waitFor()
  const [kept] = await Promise.all([boss.page.waitForResponse((response) => response.request().method() === 'PATCH'), limit.press('Tab')])
  assert.equal((await kept.json()).members.max_created, 2)
}

async function aGroupWaitsForApprovalAndLivesUnderTheOwnersHand() {
  const product = await startProduct()
  const [mira] = await members(product, 'Mira Sand')
  const line = await lineTo(product)
  const [desk, pocket] = await both(product, mira, line)
  desk.complaints.allow(cutOff)
  desk.complaints.allow(/status of 409/)
  const boss = await backOffice(product)
  await boss.part('nav-settings').click()
  await choosesAndTypes(boss)
  await boss.part('nav-groups').click()

  await foundGroup(desk, 'Lake walks')
  await desk.part('found-sheet').waitFor({ state: 'detached' })
  await foundGroup(desk, 'Buy cheap')
  await desk.part('found-sheet').waitFor({ state: 'detached' })
  await foundGroup(desk, 'One too many')
  await desk.part('found-problem').filter({ hasText: 'as many groups' }).waitFor()
  await desk.page.keyboard.press('Escape')

  await boss.page.reload()
  await boss.part('waiting-groups').filter({ hasText: '2' }).waitFor()
  if (folder) await take('house-waiting', boss, 'en')
  const waiting = (name) => boss.part('waiting-group').filter({ hasText: name })
  await waiting('Buy cheap').locator('[data-test="group-refuse"]').click()
  await boss.part('group-reason').fill('No shops here')
  await boss.part('group-refuse-do').click()
  await waiting('Buy cheap').waitFor({ state: 'detached' })
  line.cut()
  await desk.isOffline()
  await waiting('Lake walks').locator('[data-test="group-approve"]').click()
  await pocket.session('Lake walks').waitFor({ state: 'attached' })
  await boxSays(pocket, 'found_refused', 'Buy cheap', 'No shops here')
  line.mend()
  await desk.session('Lake walks').waitFor({ state: 'attached' })
  await desk.page.reload()
  await desk.opens('Lake walks')

  await boss.part('group-states').getByText('Active').click()
  await boss.part('group').filter({ hasText: 'Lake walks' }).click()
  await boss.part('house-member').filter({ hasText: 'Mira Sand' }).waitFor()
  if (folder) await take('house-group', boss, 'en')
  await boss.part('group-edit').click()
  await boss.part('edit-name').fill('Lake walks on Sunday')
  await boss.part('edit-reason').fill('There are two of that name')
  await boss.part('edit-group-do').click()
  for (const device of [desk, pocket]) await device.session('Lake walks on Sunday').waitFor({ state: 'attached' })
  await boxSays(pocket, 'group_changed', 'Lake walks on Sunday', 'two of that name')
  await boss.part('group-dissolve').click()
  await boss.part('dissolve-reason').fill('Nobody walked')
  await boss.part('dissolve-group-do').click()
  await boss.part('group-over').waitFor()
  await desk.part('room-note').filter({ hasText: 'dissolved' }).waitFor()
  await boxSays(pocket, 'group_dissolved', 'Nobody walked')
  await boss.findsAct('group.dissolve', 'Owner', 'Lake walks on Sunday')
}

async function aReportGoesFromTheWizardToItsVerdict() {
  const product = await startProduct()
  const [mira, oskar] = await members(product, 'Mira Sand', 'Oskar Lund')
  await befriend(mira, oskar)
  const { group } = await mira.caller.post('/api/im/groups', { client_id: 'the story of it', name: 'Lake walks', people: [oskar.id] })
  const line = await lineTo(product)
  const [desk, pocket] = await both(product, mira)
  const his = await enter(line, oskar, { viewport: phone })
  his.complaints.allow(cutOff)
  await his.opens('Lake walks')
  await his.write('You are all fools')

  await pocket.opens('Lake walks')
  await pocket.sees('You are all fools')
  const message = pocket.messages().filter({ hasText: 'You are all fools' })
  await message.hover()
  await message.locator('button.more').click()
  await pocket.part('menu-report').click()
  await pocket.part('report-abuse').click({ force: true })
  await pocket.part('report-text').fill('It is not the first time')
  await pocket.part('evidence').filter({ hasText: 'You are all fools' }).waitFor()
  await pocket.fits()
  if (folder) await take('im-report', pocket, 'en')
  await pocket.part('report-do').click()
  await pocket.part('report-sheet').waitFor({ state: 'detached' })

  const boss = await backOffice(product)
  await boss.part('waiting-reports').filter({ hasText: '1' }).waitFor()
  await boss.part('nav-reports').click()
  await boss.part('report').filter({ hasText: 'It is not the first time' }).filter({ hasText: 'Lake walks' }).waitFor()
  if (folder) await take('house-reports', boss, 'en')
  await boss.part('judge').click()
  for (const one of ['warn', 'mute']) await boss.part(`follow-${one}`).check()
  await boss.part('warning').fill('Be kind to each other')
  await boss.part('verdict').fill('Thank you for telling us')
  if (folder) await take('house-verdict', boss, 'en')
  line.cut()
  await his.isOffline()
  await boss.part('verdict-do').click()
  await boss.part('report').waitFor({ state: 'detached' })
  line.mend()
  await his.part('room-note').filter({ hasText: 'muted' }).waitFor()
  await boxSays(his, 'warned', 'Be kind to each other')
  await boxSays(desk, 'report_done', 'Oskar Lund', 'Thank you for telling us', 'Warned')
  await pocket.page.reload()
  await boxSays(pocket, 'report_done', 'Thank you for telling us')
  if (folder) await take('im-box', desk, 'en')

  await boss.part('report-states').getByText('Closed').click()
  await boss.part('report-end').filter({ hasText: 'Muted in the group' }).waitFor()
  await boss.part('reopen').click()
  await boss.part('report-states').getByText('Open').click()
  await boss.part('judge').click()
  await boss.part('follow-disable').check()
  await boss.part('verdict-do').click()
  await his.part('sign-in').waitFor()
  await boss.part('report-states').getByText('Closed').click()
  await boss.part('let-in').click()
  await boss.part('let-in-do').click()
  await boss.part('let-in-sheet').waitFor({ state: 'detached' })
  await his.signIn('Oskar Lund', password)
  await his.part('box').waitFor() // where he was
  await boss.findsAct('member.disable', 'Owner', 'Oskar Lund')
  if (group === null) throw new Error('the group was not made')
}

export default [aGroupWaitsForApprovalAndLivesUnderTheOwnersHand, aReportGoesFromTheWizardToItsVerdict]
