// Story 30: an owner makes queues, tests a visitor, and what was tested happens; why is told on the ticket.
import assert from 'node:assert/strict'
import { Owner, Visitor } from './people.mjs'
import { owner, until } from './product.mjs'
import { holdAnswer, lineTo } from './scene.mjs'
import { aShop, atWork, hire } from './setting.mjs'

const noor = { name: 'Noor Haddad', email: 'noor@example.com' }

/** The back office on one queue, opened from the list. */
async function opens(boss, name) {
  await boss.page.evaluate(() => { location.hash = 'queues' })
  await boss.part('queue').filter({ hasText: name }).locator('a').click()
  await boss.part('queue-editor').waitFor()
}

async function saves(boss) {
  await boss.part('queue-save').click()
  await boss.page.locator('[data-test="queue-state"][data-state="saved"]').waitFor()
}

/** Names one agent for the queue that is open, and nobody else. */
async function isServedOnlyBy(boss, agent) {
  await boss.part('queue-who').getByText('Chosen agents').click()
  await boss.page.locator(`[data-test="queue-agent"][data-agent="${agent.id}"] input`).check()
}

async function aChosenQueueLeadsToItsAgentAndTheTicketSaysWhy() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const second = await hire(setting, noor)
  const line = await lineTo(setting.product)
  const desk = await atWork(setting, second)
  await atWork(setting, maya)
  const boss = await Owner.at(`${line.origin}/admin`, { locale: 'en' })
  await boss.signIn(owner.email, owner.password)
  await boss.addsQueue('Returns')
  await opens(boss, 'Returns')
  await isServedOnlyBy(boss, second)
  await boss.part('queue-open').click()
  await boss.part('queue-answer').click()
  await boss.part('answer-requeue').fill('30')
  await boss.part('answer-requeue-unit').selectOption('s')
  boss.complaints.allow(/status of 400/)
  await boss.part('queue-save').click()
  await boss.page.getByText('Must be more than 60').waitFor()
  await boss.part('answer-requeue').fill('3')
  await boss.part('answer-requeue-unit').selectOption('min')
  boss.complaints.allow(/net::ERR_|WebSocket connection/)
  line.cut()
  await boss.part('queue-save').click()
  await boss.page.getByText('No connection to the server').waitFor()
  line.mend()
  await saves(boss)
  await boss.part('notice').waitFor({ state: 'detached', timeout: 2_000 }) // what was told of the line is over with it
  await opens(boss, 'Support')
  await boss.part('queue-open').click()
  await saves(boss)
  await boss.page.reload()
  await opens(boss, 'Returns')
  await until('the requeueing is kept', async () => (await boss.part('answer-requeue').inputValue()) === '3')

  await boss.part('try-queue').selectOption({ label: 'Returns' })
  await boss.part('try-run').click()
  await boss.part('try-picked').filter({ hasText: noor.name }).waitFor()
  await boss.part('try-skipped').filter({ hasText: maya.name }).filter({ hasText: 'does not serve this queue' }).waitFor()

  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.chooses('Returns')
  await visitor.write('May I send the blue cup back?')
  await visitor.isServedBy(noor.name)
  await visitor.comesBack()
  await visitor.isServedBy(noor.name)
  await desk.openMine('blue cup')
  await desk.part('trail-toggle').click()
  await desk.part('trail-step').filter({ hasText: 'Came to “Returns”' }).filter({ hasText: 'chosen by the visitor' }).waitFor()
  await desk.part('trail-step').filter({ hasText: `${noor.name} got it` }).filter({ hasText: 'does not serve this queue' }).waitFor()
}

async function whereNothingIsHandedOutAVipOvertakesAndIsTakenByHand() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const desk = await atWork(setting, maya)
  const boss = await Owner.at(`${setting.product.origin}/admin`, { locale: 'en' })
  await boss.signIn(owner.email, owner.password)
  await opens(boss, 'Support')
  await boss.part('queue-auto').click()
  await boss.part('priority-add').click()
  await boss.part('priority-number').fill('5')
  await saves(boss)

  const first = await Visitor.at(setting.shop, { locale: 'en' })
  await first.open()
  await first.write('I came first')
  await first.waitsAt(1)
  const dear = await Visitor.at(setting.shop, { locale: 'en' })
  await dear.open()
  await dear.write('I came second')
  await dear.waitsAt(2)
  await desk.part('tab-waiting').click()
  await desk.rows().filter({ hasText: 'I came second' }).locator('button.open').click()
  await desk.part('vip').click()
  await desk.page.locator('[data-test="vip"][aria-pressed="true"]').waitFor()
  await dear.waitsAt(1)
  await first.waitsAt(2)
  await desk.page.reload()
  await desk.part('tab-waiting').click()
  await desk.rows().first().filter({ hasText: 'I came second' }).locator('[data-test="priority"]').waitFor()
  await desk.takeFirstWaiting()
  await dear.isServedBy(maya.name)
  await first.waitsAt(1)
}

async function whatIsTypedIntoARowOutlastsAnAnswer() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const boss = await Owner.at(`${setting.product.origin}/admin`, { locale: 'en' })
  await boss.signIn(owner.email, owner.password)
  await boss.part('nav-agents').click()
  const row = boss.page.locator(`[data-test="agent"][data-agent="${maya.id}"]`)
  const languages = row.locator('[data-test="agent-languages"]')
  await languages.waitFor()
  const answers = await holdAnswer(boss.page, `**/agents/${maya.id}`)
  await row.locator('[data-test="agent-active"]').click()
  await languages.fill('de,fr')
  answers()
  await row.locator('[data-test="agent-active"][aria-checked="false"]').waitFor()
  const [kept] = await Promise.all([boss.page.waitForResponse((response) => response.request().method() === 'PATCH'), languages.press('Tab')])
  assert.deepEqual((await kept.json()).languages, ['de', 'fr'])
  await until('what was kept is shown as it is', async () => (await languages.inputValue()) === 'de, fr')
}

export default [aChosenQueueLeadsToItsAgentAndTheTicketSaysWhy, whereNothingIsHandedOutAVipOvertakesAndIsTakenByHand, whatIsTypedIntoARowOutlastsAnAnswer]
