// Story 2: an agent has one pair of hands. Who comes later waits, sees the place, and is next when hands are free.
import assert from 'node:assert/strict'
import { Agent, Visitor } from './people.mjs'
import { aShop, hire } from './setting.mjs'

async function aSecondVisitorWaitsUntilTheFirstIsClosed() {
  const setting = await aShop('en')
  const agent = await hire(setting, { cap: 1 })
  const desk = await Agent.at(setting.product, { locale: 'en' })
  await desk.signIn(agent.email, agent.password)
  await desk.goOnline()

  const first = await Visitor.at(setting.shop, { locale: 'en' })
  await first.open()
  await first.write('I am first')
  await first.isServedBy(agent.name)

  const second = await Visitor.at(setting.shop, { locale: 'zh-CN' })
  await second.open()
  await second.write('我是第二位')
  await second.waitsAt(1)
  const third = await Visitor.at(setting.shop, { locale: 'en' })
  await third.open()
  await third.write('I am third')
  await third.waitsAt(2)

  desk.complaints.allow(/status of 409/)
  await desk.takeFirstWaiting()
  await desk.isTold('limit')
  await theCapHolds(setting, agent)
  await second.waitsAt(1)

  await desk.showMine()
  await desk.openFirstOfMine()
  await desk.sees('I am first')
  await desk.closeTicket()
  await first.isClosed()
  await second.isServedBy(agent.name)
  await third.waitsAt(1)
  await desk.openFirstOfMine()
  await desk.sees('我是第二位')
}

/** Taking one by hand past the cap was refused: the agent has one visitor, and nobody lost a place. */
async function theCapHolds({ product }, agent) {
  const member = await product.signIn(agent.email, agent.password)
  const { mine, waiting, seat } = await member.get('/api/desk')
  assert.equal(mine.length, 1)
  assert.equal(seat.cap, 1)
  assert.equal(seat.load, 1)
  assert.equal(waiting.length, 2)
}

export default [aSecondVisitorWaitsUntilTheFirstIsClosed]
