// Story 14: an owner watches the board while a visitor comes, is answered and leaves, then finds the ticket and reads what was said.
import assert from 'node:assert/strict'
import { Owner, Visitor } from './people.mjs'
import { owner } from './product.mjs'
import { aShop, atWork, hire } from './setting.mjs'

const shows = (page, name, text) => page.part(name).filter({ hasText: text }).first().waitFor()

async function anOwnerWatchesTheBoardAndFindsTheTicketAfterwards() {
  const setting = await aShop('en')
  const agent = await hire(setting)
  const boss = await Owner.at(`${setting.product.origin}/admin#live`, { locale: 'en' })
  await boss.signIn(owner.email, owner.password)
  await boss.page.locator('[data-test="live-line"][data-line="live"]').waitFor()
  await shows(boss, 'tile-waiting', /Waiting\s*0/)
  await boss.page.evaluate(() => { window.stayed = true })

  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.write('Is the green tea from this spring?')
  await shows(boss, 'tile-waiting', /Waiting\s*1/)
  await shows(boss, 'longest', /^0:0\d/)

  const desk = await atWork(setting, agent)
  await visitor.isServedBy(agent.name)
  await shows(boss, 'tile-active', /Active\s*1/)
  await shows(boss, 'tile-waiting', /Waiting\s*0/)
  await boss.page.locator(`[data-test="board-agent"][data-agent="${agent.id}"][data-state="online"][data-load="1"]`).waitFor()
  await desk.openFirstOfMine()
  await desk.write('It is, picked in April')
  await shows(boss, 'day-answered', /^1$/)
  await desk.closeTicket()
  await shows(boss, 'tile-active', /Active\s*0/)
  assert.equal(await boss.page.evaluate(() => window.stayed), true, 'the board was loaded again')

  await theTicketIsFound(boss, agent)
}

/** By a number on the board, then by filters, which a reload keeps. */
async function theTicketIsFound(boss, agent) {
  await boss.part('day-tickets').click()
  await boss.part('ticket-row').waitFor()
  await boss.part('filter-agent').locator(`option[value="${agent.id}"]`).waitFor({ state: 'attached' })
  await boss.page.evaluate(narrowTwiceAtOnce, String(agent.id))
  const row = boss.page.locator('[data-test="ticket-row"][data-state="closed"]')
  await row.waitFor()
  await boss.page.keyboard.press('Escape')
  await row.click()
  await boss.sees('Is the green tea from this spring?')
  await boss.sees('It is, picked in April')
  await boss.part('transcript-details').click()
  await shows(boss, 'why', agent.name)

  await boss.page.reload()
  await boss.sees('It is, picked in April')
  assert.match(boss.page.url(), new RegExp(`#tickets/\\d+\\?.*agent=${agent.id}`))
  assert.equal(await boss.part('filter-agent').inputValue(), String(agent.id))
  assert.equal(await boss.part('state-closed').getAttribute('aria-checked'), 'true')
  await boss.part('state-missed').click()
  await boss.part('tickets-none').waitFor()
  await boss.part('tickets-none').click()
  await boss.part('ticket-row').waitFor()
  await boss.page.keyboard.press('Escape')
  await boss.part('transcript').waitFor({ state: 'detached' })
}

/** Two filters before the browser tells of the first one's address: both hold. */
async function narrowTwiceAtOnce(agent) {
  const part = (name) => document.querySelector(`[data-test="${name}"]`)
  part('state-closed').click()
  for (let n = 0; n < 5; n++) await Promise.resolve() // the page is drawn; no event comes in between
  part('filter-agent').value = agent
  part('filter-agent').dispatchEvent(new Event('change', { bubbles: true }))
}

export default [anOwnerWatchesTheBoardAndFindsTheTicketAfterwards]
