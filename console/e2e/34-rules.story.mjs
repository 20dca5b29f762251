// Story 34: who gets whom. Agents take turns and the ticket says why, a page, a link and a language decide, a queue keeps
// hours of its own; also when a page is loaded again or a line breaks in between.
import assert from 'node:assert/strict'
import { Agent, Owner, Visitor } from './people.mjs'
import { Caller, owner } from './product.mjs'
import { cutOff, lineTo } from './scene.mjs'
import { aQueue, aShop, atWork, aWaitingVisitor, hire, otherHours, ruled } from './setting.mjs'

const named = (setting, name) => hire(setting, { name, email: `${name.toLowerCase()}@example.com` })

/** Opens the whole way of the ticket that is open, and finds a step in it. */
async function tells(desk, ...words) {
  const toggle = desk.part('trail-toggle')
  if ((await toggle.getAttribute('aria-expanded')) !== 'true') await toggle.click()
  let step = desk.part('trail-step')
  for (const word of words) step = step.filter({ hasText: word })
  await step.first().waitFor()
}

async function threeAgentsTakeTurnsAndTheTicketSaysWhy() {
  const setting = await aShop('en')
  await ruled(setting, { strategy: 'round_robin' })
  const [ann, bob, cid] = [await named(setting, 'Ann'), await named(setting, 'Bob'), await named(setting, 'Cid')]
  const line = await lineTo(setting.product)
  const annsDesk = await atWork({ product: line }, ann)
  const bobsDesk = await atWork(setting, bob)
  const cidsDesk = await atWork(setting, cid)
  const desks = [annsDesk, bobsDesk, cidsDesk]
  for (const [n, desk] of desks.entries()) {
    await aWaitingVisitor(setting, 'en', `I am number ${n + 1}`)
    await desk.listShows(`I am number ${n + 1}`)
  }

  annsDesk.complaints.allow(cutOff)
  line.cut()
  await annsDesk.isOffline()
  const visitor = await Visitor.at(setting.shop, { locale: 'en' }) // it would be Ann's turn
  await visitor.open()
  await visitor.write('I am number 4')
  await visitor.isServedBy('Bob')
  await bobsDesk.openMine('I am number 4')
  await tells(bobsDesk, 'Bob got it', 'Next in turn', 'not connected', 'had one more recently')
  line.mend()
  await annsDesk.part('offline').waitFor({ state: 'detached' })
  await aWaitingVisitor(setting, 'en', 'I am number 5')
  await annsDesk.listShows('I am number 5')
  await bobsDesk.page.reload()
  await bobsDesk.openMine('I am number 4')
  await tells(bobsDesk, 'Bob got it', 'Next in turn', 'not connected')

  await ruled(setting, { strategy: 'least_busy' })
  await aWaitingVisitor(setting, 'en', 'I am number 6')
  await cidsDesk.openMine('I am number 6')
  await tells(cidsDesk, 'Cid got it', 'Least busy', 'busier')
  await ruled(setting, { strategy: 'longest_idle' })
  await aWaitingVisitor(setting, 'en', 'I am number 7')
  await annsDesk.openMine('I am number 7') // nobody became freer since they came, and she came first
  await tells(annsDesk, 'Ann got it', 'Longest idle', 'free for a shorter time')
}

async function aPageALinkAndALanguageLeadTheWay() {
  const setting = await aShop('en')
  const noor = await named(setting, 'Noor')
  const maya = await named(setting, 'Maya')
  const returns = await aQueue(setting, 'Returns', {
    agents: [noor], rules: { pages: ['/returns*'], open: true, priorities: [{ when: 'locale', match: 'zh', priority: 3 }] },
  })
  await atWork(setting, maya)
  const desk = await Agent.at(setting.product, { locale: 'en' })
  await desk.signIn(noor.email, noor.password)

  const line = await lineTo(setting.product)
  setting.shop.embed(line.origin, setting.site.key, 'en')
  const byPage = await Visitor.at(setting.shop, { locale: 'en' }, '/returns/42')
  byPage.complaints.allow(cutOff)
  await byPage.open()
  await byPage.write('This cup is broken')
  await byPage.waitsAt(1)
  line.cut()
  await byPage.isOffline()
  const byLink = await Visitor.byLink(`${setting.product.origin}/c/${setting.site.key}?queue=${returns.id}`, { locale: 'zh-CN' })
  await byLink.write('我的杯子碎了')
  await byLink.waitsAt(1) // Chinese is served first here
  line.mend()
  await byPage.waitsAt(2)
  await byPage.comesBack()
  await byPage.waitsAt(2)
  await byLink.page.reload()
  await byLink.waitsAt(1)

  await desk.goOnline()
  await byLink.isServedBy('Noor')
  await byPage.isServedBy('Noor')
  await desk.openMine('我的杯子碎了')
  await tells(desk, 'Came to “Returns”', 'chosen by the visitor', 'Priority 3')
  await desk.openMine('This cup is broken')
  await tells(desk, 'Came to “Returns”', 'by the page rule /returns*')
}

async function aQueueIsClosedByItsOwnHoursWhileAnotherIsOpen() {
  const setting = await aShop('en')
  await ruled(setting, { open: true })
  const maya = await named(setting, 'Maya')
  const repairs = await aQueue(setting, 'Repairs', { rules: { open: true, hours: otherHours() } })
  const desk = await atWork(setting, maya)
  const line = await lineTo(setting.product)
  setting.shop.embed(line.origin, setting.site.key, 'en')
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  visitor.complaints.allow(cutOff)
  await visitor.open()
  await visitor.chooses('Repairs')
  await visitor.write('My kettle drips')
  await visitor.seesHours(/Open again (today|tomorrow) at /)
  await visitor.comesBack()
  await visitor.seesHours(/Open again (today|tomorrow) at /)

  const other = await Visitor.at(setting.shop, { locale: 'en' })
  await other.open()
  await other.chooses('Support')
  await other.write('Which tea is new?')
  await other.isServedBy('Maya')
  await desk.part('tab-waiting').filter({ hasText: '1' }).waitFor()
  line.cut()
  await visitor.isOffline()
  other.complaints.allow(cutOff)
  await setting.boss.patch(`/api/admin/queues/${repairs.id}`, { rules: { hours: null } })
  line.mend()
  await visitor.isServedBy('Maya')
}

async function thePlaceAndTheEstimateAreTrueAfterALostLine() {
  const setting = await aShop('en')
  const maya = await hire(setting, { cap: 1 })
  const desk = await atWork(setting, maya)
  const member = await setting.product.signIn(maya.email, maya.password)
  const closesHis = async () => {
    const { mine } = await member.get('/api/desk')
    await member.post(`/api/desk/tickets/${mine[0].id}/close`)
  }
  for (const text of ['one', 'two', 'three', 'four']) { // the last one stays
    await aWaitingVisitor(setting, 'en', text)
    await desk.listShows(text)
    if (text !== 'four') await closesHis()
  }
  const before = await aWaitingVisitor(setting, 'en', 'five')
  const line = await lineTo(setting.product)
  setting.shop.embed(line.origin, setting.site.key, 'en')
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  visitor.complaints.allow(cutOff)
  await visitor.open()
  await visitor.write('six')
  await visitor.waitsAt(2)
  await visitor.isToldHowLong()
  line.cut()
  await visitor.isOffline()
  assert.ok(before instanceof Caller)
  await before.post('/api/live/end')
  line.mend()
  await visitor.waitsAt(1)
  await visitor.isToldHowLong()
  await visitor.comesBack()
  await visitor.waitsAt(1)
  await visitor.isToldHowLong()
  await closesHis()
  await visitor.isServedBy(maya.name)
}

async function whoOnlyWatchesTheBoardIsHandedNobody() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  await setting.boss.put('/api/desk/seat', { state: 'online' })
  const line = await lineTo(setting.product)
  const boss = await Owner.at(`${line.origin}/admin#live`, { locale: 'en' })
  boss.complaints.allow(cutOff)
  await boss.signIn(owner.email, owner.password)
  await boss.page.locator('[data-test="live-line"][data-line="live"]').waitFor()
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.write('Is anybody there?')
  await visitor.findsNobody() // the owner watches, and would not see him
  line.cut()
  await boss.page.locator('[data-test="live-line"][data-line="offline"]').waitFor()
  line.mend()
  await boss.page.locator('[data-test="live-line"][data-line="live"]').waitFor()
  await visitor.comesBack()
  await visitor.findsNobody()
  await atWork(setting, maya)
  await visitor.isServedBy(maya.name)
}

export default [
  threeAgentsTakeTurnsAndTheTicketSaysWhy, aPageALinkAndALanguageLeadTheWay, aQueueIsClosedByItsOwnHoursWhileAnotherIsOpen,
  thePlaceAndTheEstimateAreTrueAfterALostLine, whoOnlyWatchesTheBoardIsHandedNobody,
]
