// Story 31: nobody is left waiting. Who is not answered goes to somebody else, who waits too long to another queue, and
// who says nothing any more is let go; also when a page is loaded again or a line breaks in between.
import assert from 'node:assert/strict'
import { Agent, Visitor } from './people.mjs'
import { cutOff, lineTo } from './scene.mjs'
import { aShop, atWork, hire, ruled } from './setting.mjs'

async function whoIsNotAnsweredGoesToSomebodyElse() {
  const setting = await aShop('en')
  await ruled(setting, { answer: { nudge_s: 12, requeue_s: 24, times: 3 } })
  const ann = await hire(setting, { name: 'Ann', email: 'ann@example.com' })
  const bob = await hire(setting, { name: 'Bob', email: 'bob@example.com' })
  const line = await lineTo(setting.product)
  const annsDesk = await atWork({ product: line }, ann)
  annsDesk.complaints.allow(cutOff)
  const bobsDesk = await Agent.at(setting.product, { locale: 'en' })
  await bobsDesk.signIn(bob.email, bob.password)

  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.write('Is anybody there?')
  await visitor.isServedBy('Ann')
  await annsDesk.part('countdown').waitFor()
  await annsDesk.page.reload()
  await annsDesk.part('countdown').waitFor()
  line.cut()
  await annsDesk.isOffline()
  line.mend()
  await annsDesk.page.locator('[data-test="countdown"][data-nudged="true"]').waitFor()
  await bobsDesk.goOnline()

  await visitor.isToldByALine('Back in line')
  await visitor.isServedBy('Bob')
  await annsDesk.part('countdown').waitFor({ state: 'detached' })
  await bobsDesk.openFirstOfMine()
  await bobsDesk.write('Yes, I am')
  await visitor.sees('Yes, I am')
  await bobsDesk.part('countdown').waitFor({ state: 'detached' })
}

async function whoIsSilentIsAskedAndThenLetGo() {
  const setting = await aShop('en')
  await ruled(setting, { idle: { warn_s: 6, close_s: 14, gone_s: 0 } })
  const agent = await hire(setting)
  const desk = await atWork(setting, agent)
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.write('Hello')
  await visitor.isServedBy(agent.name)
  await desk.openFirstOfMine()
  await desk.write('Which tea do you like?')
  await visitor.isToldByALine('Are you still there?')
  await visitor.comesBack()
  await visitor.isToldByALine('Are you still there?')
  await visitor.isClosed()
}

async function whoWaitsTooLongMovesOnAndAnAgentIsBusyOrUnseen() {
  const setting = await aShop('en')
  const second = await setting.boss.post(`/api/admin/sites/${setting.site.id}/queues`, { name: 'Second' })
  await ruled(setting, { overflow: { after_s: 8, to_queue: second.id } })
  const ann = await hire(setting, { name: 'Ann', email: 'ann@example.com', cap: 1 })
  const desk = await atWork(setting, ann)
  const first = await Visitor.at(setting.shop, { locale: 'en' })
  await first.open()
  await first.write('I am first')
  await first.isServedBy('Ann')
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.write('I wait')
  await visitor.isToldByALine('You wait for Second now')
  await visitor.waitsAt(1)

  await desk.goBusy()
  await desk.openFirstOfMine()
  await desk.closeTicket()
  await desk.takeFirstWaiting()
  await visitor.isServedBy('Ann')
  await desk.goInvisible()
  await desk.page.reload()
  await desk.page.locator('[data-test="seat-state"][data-state="invisible"]').waitFor()
  const { seats } = await setting.boss.get('/api/desk')
  const seen = seats.find((seat) => seat.person.name === 'Ann')
  assert.deepEqual([seen.state, seen.present], ['away', false])
}

export default [whoIsNotAnsweredGoesToSomebodyElse, whoIsSilentIsAskedAndThenLetGo, whoWaitsTooLongMovesOnAndAnAgentIsBusyOrUnseen]
