// Story 43: what belongs to one person: conversations on top, quiet, hidden and marked, what he keeps for himself, names called
// in groups, faces, codes and links; on his two devices, over a reload and a lost network.
import { befriend, enter, members, password } from './circle.mjs'
import { picture } from './papers.mjs'
import { Member } from './people.mjs'
import { Caller, until } from './product.mjs'
import { cutOff, lineTo, phone, startProduct } from './scene.mjs'
import { folder, take } from './shots.mjs'

/** Members, each a friend of the first. */
async function friends(product, ...names) {
  const all = await members(product, ...names)
  for (const other of all.slice(1)) await befriend(all[0], other)
  return all
}

function makeGroup({ caller }, name, people) {
  return caller.post('/api/im/groups', { client_id: `group-of-${name}`, name, people: people.map(({ id }) => id) }).then(({ group }) => group)
}

async function aSessionIsKeptAsItsOwnerWantsOnAllHisDevices() {
  const product = await startProduct()
  const [mira, oskar, lena] = await friends(product, 'Mira Sand', 'Oskar Lund', 'Lena Falk')
  const group = await makeGroup(mira, 'Lake walks', [oskar, lena])
  const line = await lineTo(product)
  const desk = await enter(line, mira)
  const pocket = await enter(product, mira, { viewport: phone })
  desk.complaints.allow(cutOff)
  const both = [desk, pocket]
  const first = (device) => device.part('room').first()

  await desk.keeps('Lena Falk', 'pin')
  for (const device of both) await until('the pinned one is on top', async () => (await first(device).innerText()).includes('Lena Falk'))
  await desk.keeps('Lake walks', 'notify', 'mentions')
  await pocket.sessionIs('Lake walks', 'muted', true)
  await oskar.caller.post(`/api/chat/conversations/${group.id}/messages`, { client_msg_id: 'said-0001', type: 'text', body: { text: 'Rain on Sunday' } })
  await pocket.unreadIs('Lake walks', 1)
  await until('a quiet one does not count', async () => !(await pocket.page.title()).includes('('))
  await oskar.caller.post(`/api/chat/conversations/${group.id}/messages`, { client_msg_id: 'said-0002', type: 'text', body: { text: '@Mira Sand?', mentions: [mira.id] } })
  for (const device of both) await device.sessionIs('Lake walks', 'mentioned', true)
  await until('a name called counts', async () => (await pocket.page.title()).startsWith('(1)'))
  if (folder) await take('im-sessions', desk, 'en')

  line.cut()
  await desk.isOffline()
  await pocket.keepsByPress('Oskar Lund', 'hide')
  await pocket.session('Oskar Lund').waitFor({ state: 'detached' })
  line.mend()
  await desk.session('Oskar Lund').waitFor({ state: 'detached' })
  await desk.page.reload()
  await desk.isIn()
  await desk.session('Lake walks').waitFor()
  await desk.session('Oskar Lund').waitFor({ state: 'detached' })
  await pocket.pulls('Lena Falk')
  if (folder) await pocket.page.screenshot({ path: `${folder}/im-pulled.png` })
  await pocket.part('pull-read').click()
  await desk.sessionIs('Lena Falk', 'marked', true)
  await desk.opens('Lena Falk')
  await pocket.sessionIs('Lena Falk', 'marked', false)
  const direct = await oskar.caller.post('/api/chat/sync', { epoch: '', known: {}, list: 0 }).then(({ conversations }) => conversations.find(({ kind }) => kind === 'direct'))
  await oskar.caller.post(`/api/chat/conversations/${direct.id}/messages`, { client_msg_id: 'said-0003', type: 'text', body: { text: 'Back again' } })
  for (const device of both) await device.session('Oskar Lund').waitFor()

  await desk.part('new').click()
  await desk.part('to-saved').click()
  await desk.part('room-name').filter({ hasText: 'Saved messages' }).waitFor()
  await desk.write('Bring the map')
  await pocket.opens('Saved messages')
  await pocket.sees('Bring the map')
}

async function namesAreCalledAndFound() {
  const product = await startProduct()
  const [mira, oskar, lena] = await friends(product, 'Mira Sand', 'Oskar Lund', 'Lena Falk')
  await makeGroup(mira, 'Lake walks', [oskar, lena])
  const desk = await enter(product, mira)
  const his = await enter(product, oskar, { locale: 'zh-CN' })

  await desk.opens('Lake walks')
  await desk.type('Ask @os')
  await desk.part('name-option').filter({ hasText: 'Oskar Lund' }).waitFor()
  if (folder) await take('im-names', desk, 'en')
  await desk.composer().press('Enter')
  await until('the name is written', async () => (await desk.composer().inputValue()) === 'Ask @Oskar Lund ')
  await desk.type('about the boat')
  await desk.submit()
  await desk.part('mention').click()
  await desk.part('name-option').filter({ hasText: 'Everybody' }).click()
  await desk.type('at eight')
  await desk.submit()
  await his.sessionIs('Lake walks', 'mentioned', true)

  await his.shows('contacts')
  await his.part('to-mentions').click()
  await his.part('mention-item').filter({ hasText: 'at eight' }).waitFor()
  if (folder) await take('im-mentions', his, 'zh')
  await his.part('mention-item').filter({ hasText: 'about the boat' }).click()
  await his.sees('about the boat')
  await his.sessionIs('Lake walks', 'mentioned', false)
}

async function facesAreSeenByAllWhoKnowThem() {
  const product = await startProduct()
  const [mira, oskar] = await friends(product, 'Mira Sand', 'Oskar Lund')
  await makeGroup(mira, 'Lake walks', [oskar])
  const desk = await enter(product, mira)
  const pocket = await enter(product, mira, { viewport: phone })
  const his = await enter(product, oskar)

  await desk.shows('me')
  await desk.part('me-profile').click()
  await desk.part('avatar-file').setInputFiles(picture('me.png'))
  await desk.part('crop-frame').waitFor()
  await desk.part('crop-frame').focus()
  await desk.page.keyboard.press('+')
  await desk.page.keyboard.press('ArrowRight')
  if (folder) await take('im-crop', desk, 'en')
  await desk.part('crop-do').click()
  await desk.page.locator('[data-test="avatar"][data-avatar^="/faces/"]').waitFor()
  await his.session('Mira Sand').locator('img').waitFor()
  await pocket.shows('me')
  await pocket.part('me-list').locator('img[src^="/faces/"]').first().waitFor()

  await desk.opens('Lake walks')
  await desk.part('avatar-file').setInputFiles(picture('group.png'))
  await desk.part('crop-do').click()
  for (const device of [desk, his]) await device.session('Lake walks').locator('img').waitFor()
  await his.page.reload()
  await his.session('Lake walks').locator('img').waitFor()
  await desk.part('avatar-drop').click()
  for (const device of [desk, his]) await device.session('Lake walks').locator('img').waitFor({ state: 'detached' })
}

async function codesLeadToAPersonAndIntoAGroup() {
  const product = await startProduct()
  const [mira, oskar] = await friends(product, 'Mira Sand', 'Oskar Lund')
  await makeGroup(mira, 'Lake walks', [oskar])
  const lena = { name: 'Lena Falk' }
  await new Caller(product.origin).post('/api/im/register', { name: lena.name, password })
  const desk = await enter(product, mira, { locale: 'zh-CN' })

  await desk.shows('me')
  await desk.part('my-code').click()
  const card = await desk.part('qr').getAttribute('data-text')
  if (folder) await take('im-code', desk, 'zh')
  await desk.page.keyboard.press('Escape')
  const hers = await Member.at(product, { locale: 'en' }, card.replace(/^https?:\/\/[^/]+/, product.origin))
  await hers.page.reload()
  await hers.enters(lena.name, password) // who signs in first, and loads the page again before, gets there, too
  await hers.part('card-name').filter({ hasText: 'Mira Sand' }).waitFor()

  await desk.opens('Lake walks')
  await desk.part('group-link').click()
  await desk.part('link-approval').click()
  await desk.part('link-make').click()
  const way = await desk.part('qr').getAttribute('data-text')
  await desk.part('link-row').waitFor()
  if (folder) await take('im-links', desk, 'zh')
  const pocket = await Member.at(product, { locale: 'en', viewport: phone }, way.replace(/^https?:\/\/[^/]+/, product.origin))
  await pocket.page.reload()
  await pocket.enters(lena.name, password)
  await pocket.part('link-note').fill('We met at the lake')
  await pocket.part('link-do').click()
  await pocket.part('link-sheet').waitFor({ state: 'detached' })
  await until('a link that was answered is forgotten', () => pocket.page.evaluate(() => sessionStorage.length === 0))
  await desk.page.keyboard.press('Escape')
  await desk.shows('contacts')
  await desk.part('to-box').click()
  await desk.part('box-item').filter({ hasText: 'We met at the lake' }).locator('[data-test="agree"]').click()
  await hers.opens('Lake walks')
  await hers.write('Here I am')
}

export default [aSessionIsKeptAsItsOwnerWantsOnAllHisDevices, namesAreCalledAndFound, facesAreSeenByAllWhoKnowThem, codesLeadToAPersonAndIntoAGroup]
