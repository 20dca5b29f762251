// Story 46: the ways in. Who registers shows that he is no program: by work of his device, or by the word of a service, which is
// away for a while; then nobody comes in. And groups are found by what they are about.
import { createServer } from 'node:http'
import { backOffice, enter, members, password } from './circle.mjs'
import { Member } from './people.mjs'
import { owner, until } from './product.mjs'
import { atStage, cutOff, lineTo, phone, startProduct } from './scene.mjs'
import { folder, take } from './shots.mjs'

/** A service as Turnstile is: a box on the page, and an address that says whether its word is good. */
async function aService() {
  const service = { up: true, asked: [] }
  const script = `window.turnstile = {
    render(place, options) {
      const box = document.createElement('button')
      box.type = 'button'
      box.textContent = 'I am a person'
      box.dataset.test = 'service-box'
      box.onclick = () => { box.textContent = 'Thank you'; options.callback('good ' + options.sitekey + ' ' + Math.random()) }
      place.append(box)
      return 'box'
    },
    reset() {}, remove() {},
  }`
  const server = createServer((request, answer) => {
    if (request.method === 'GET') return answer.setHeader('Content-Type', 'text/javascript').end(script)
    if (!service.up) return request.socket.destroy()
    let body = ''
    request.on('data', (part) => { body += part })
    request.on('end', () => {
      service.asked.push(new URLSearchParams(body))
      answer.end(JSON.stringify({ success: new URLSearchParams(body).get('response').startsWith('good'), action: 'register' }))
    })
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  atStage({ close: () => new Promise((done) => { server.close(done); server.closeAllConnections() }) })
  service.origin = `http://localhost:${server.address().port}`
  return service
}

/** Fills in the form of somebody new. */
async function wantsIn(product, name, options) {
  const one = await Member.at(product, { locale: 'en', ...options })
  await one.part('to-register').click()
  await one.part('register-name').fill(name)
  await one.part('register-password').fill(password)
  return one
}

const proof = (one, state) => one.page.locator(`[data-test="proof"][data-state="${state}"]`)

async function asks(boss, mode, fields = {}) {
  await boss.part('nav-settings').click()
  await boss.part('check-mode').selectOption(mode)
  if (mode === 'service') await boss.part('check-which').selectOption('other')
  for (const [name, value] of Object.entries(fields)) await boss.part(`check-${name}`).fill(value)
  await boss.part('check-save').click()
  await boss.page.locator('[data-test="check-state"][data-state="saved"]').waitFor()
}

async function whoRegistersShowsThatHeIsAPerson() {
  const product = await startProduct({ owner, settings: { ICHAT_LOCAL_VERIFIER: 'true' } })
  const caller = await product.signIn()
  await caller.patch('/api/admin/settings', { members: { registration: 'open' } })
  const service = await aService()
  const boss = await backOffice(product)
  await asks(boss, 'work')
  const worker = await wantsIn(product, 'Mira Sand', { viewport: phone })
  await proof(worker, 'ready').waitFor()
  await worker.fits()
  if (folder) await take('im-register-work', worker, 'en')
  await worker.part('register').click()
  await worker.isIn()

  await asks(boss, 'service', { script_url: `${service.origin}/api.js`, verify_url: `${service.origin}/siteverify`, site_key: 'key', secret: 'a-very-secret-word' })
  await boss.page.reload()
  await boss.page.locator('[data-test="check-secret"][placeholder="•••word"]').waitFor()
  if (folder) await take('house-check', boss, 'en')
  const second = await wantsIn(product, 'Oskar Lund')
  second.complaints.allow(/status of 503/)
  await second.part('service-box').waitFor()
  await second.part('register').click()
  await second.part('register-problem').filter({ hasText: 'answer the check' }).waitFor()
  await second.part('service-box').click()
  await proof(second, 'ready').waitFor()
  if (folder) await take('im-register-service', second, 'en')
  service.up = false
  await second.part('register').click()
  await second.part('register-problem').filter({ hasText: 'try again' }).waitFor()
  service.up = true
  await second.part('service-box').filter({ hasText: 'I am a person' }).click()
  await proof(second, 'ready').waitFor()
  await second.part('register').click()
  await second.isIn()
  if (service.asked.at(-1).get('secret') !== 'a-very-secret-word') throw new Error('the service was asked without its secret')
}

async function addsCategory(boss, name) {
  await boss.part('category-new').fill(name)
  await boss.part('category-add').click()
  await boss.part('category-row').filter({ hasText: name }).waitFor()
}

async function groupsAreFoundByWhatTheyAreAbout() {
  const product = await startProduct()
  const [mira, oskar] = await members(product, 'Mira Sand', 'Oskar Lund')
  const boss = await backOffice(product)
  await boss.part('nav-settings').click()
  for (const name of ['Sport', 'Books']) await addsCategory(boss, name)
  await boss.part('category-row').filter({ hasText: 'Sport' }).locator('[data-test="category-down"]').click()
  await boss.part('category-row').first().filter({ hasText: 'Books' }).waitFor()

  const line = await lineTo(product)
  const desk = await enter(line, mira)
  desk.complaints.allow(cutOff)
  await desk.part('new').click()
  await desk.part('new-group').click()
  await desk.part('group-name').fill('Lake walks')
  await desk.part('group-category').selectOption({ label: 'Sport' })
  await desk.part('found-do').click()
  await desk.part('found-sheet').waitFor({ state: 'detached' })

  const pocket = await enter(product, oskar, { viewport: phone })
  await pocket.shows('find')
  await pocket.part('to-find-groups').click()
  const chip = (name) => pocket.part('find-category').filter({ hasText: name })
  await chip('Sport').filter({ hasText: '1' }).click()
  await pocket.part('group').filter({ hasText: 'Lake walks' }).waitFor()
  await pocket.fits()
  if (folder) await take('im-categories', pocket, 'en')

  await desk.opens('Lake walks')
  const chosen = desk.part('group-category')
  await chosen.waitFor()
  if (folder) await take('im-group-category', desk, 'en')
  const [kept] = await Promise.all([desk.page.waitForResponse((answer) => answer.request().method() === 'PATCH'), chosen.selectOption({ label: 'Books' })])
  await kept.finished()
  await pocket.page.reload()
  await chip('Books').filter({ hasText: '1' }).click()
  await pocket.part('group').filter({ hasText: 'Lake walks' }).waitFor()

  line.cut()
  await desk.isOffline()
  await boss.page.reload()
  await boss.part('category-row').filter({ hasText: 'Books' }).filter({ hasText: '1' }).locator('[data-test="category-drop"]').click()
  if (folder) await take('house-categories', boss, 'en')
  await boss.part('drop-category-do').click()
  await boss.part('category-row').filter({ hasText: 'Books' }).waitFor({ state: 'detached' })
  line.mend()
  await desk.page.reload()
  await chosen.waitFor()
  await until('the group is in none', async () => (await chosen.inputValue()) === '0')
  await pocket.page.reload()
  await pocket.part('group').filter({ hasText: 'Lake walks' }).waitFor()
  await until('nothing is offered to choose from', async () => (await pocket.part('find-category').count()) === 0)
}

export default [whoRegistersShowsThatHeIsAPerson, groupsAreFoundByWhatTheyAreAbout]
