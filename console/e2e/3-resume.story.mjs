// Story 3: a reload, a lost network, a killed server. Both sides go on by themselves; every text is there once, in order.
import assert from 'node:assert/strict'
import { Agent, Visitor } from './people.mjs'
import { until } from './product.mjs'
import { cutOff, lineTo } from './scene.mjs'
import { aShop, hire } from './setting.mjs'

/** A visitor and an agent in conversation, each on a line of his own. */
async function aConversation() {
  const setting = await aShop('en')
  const agent = await hire(setting)
  const lines = { visitor: await lineTo(setting.product), agent: await lineTo(setting.product) }
  setting.shop.embed(lines.visitor.origin, setting.site.key)
  const desk = await Agent.at(lines.agent, { locale: 'en' })
  await desk.signIn(agent.email, agent.password)
  await desk.goOnline()
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.write('Hello')
  await desk.openFirstOfMine()
  await desk.sees('Hello')
  await desk.write('Hello, how can I help?')
  await visitor.sees('Hello, how can I help?')
  for (const someone of [visitor, desk]) someone.complaints.allow(cutOff)
  return { ...setting, agent, lines, visitor, desk, written: { visitor: ['Hello'], desk: ['Hello, how can I help?'] } }
}

async function say(scene, who, text) {
  scene.written[who].push(text)
  await scene[who].write(text)
}

/** Both screens and the database hold the same texts in the same order, each once, and each side's own order is kept. */
async function allIsThereOnce({ product, agent, visitor, desk, written }) {
  const total = written.visitor.length + written.desk.length
  let seen, there
  await until('both sides show everything in one order', async () => {
    seen = await visitor.texts()
    there = await desk.texts()
    return seen.length === total && there.join('\n') === seen.join('\n')
  }).catch((error) => assert.deepEqual({ visitor: seen, agent: there }, written, error.message))
  assert.deepEqual(seen.filter((text) => written.visitor.includes(text)), written.visitor)
  assert.deepEqual(seen.filter((text) => written.desk.includes(text)), written.desk)

  const member = await product.signIn(agent.email, agent.password)
  const { mine: [ticket] } = await member.get('/api/desk')
  const { messages, more } = await member.get(`/api/desk/tickets/${ticket.id}/messages?limit=200`)
  assert.equal(more, false)
  assert.deepEqual(messages.map((message) => message.seq), messages.map((_, i) => i + 1), 'no hole in seq')
  assert.deepEqual(messages.filter((message) => message.type === 'text').map((message) => message.body.text), seen)
}

async function bothSidesResumeAfterAReload() {
  const scene = await aConversation()
  const { visitor, desk } = scene
  await visitor.page.reload()
  await visitor.open()
  await visitor.sees('Hello, how can I help?')
  await desk.page.reload()
  await desk.openFirstOfMine()
  await desk.sees('Hello')
  await say(scene, 'visitor', 'I am back')
  await desk.sees('I am back')
  await say(scene, 'desk', 'So am I')
  await visitor.sees('So am I')
  await allIsThereOnce(scene)
}

async function bothSidesResumeAfterTheNetworkIsCut() {
  const scene = await aConversation()
  const { visitor, desk, lines } = scene
  lines.visitor.cut()
  await visitor.context.setOffline(true)
  await visitor.isOffline()
  await say(scene, 'visitor', 'In the tunnel')
  await say(scene, 'visitor', 'Still in the tunnel')
  await say(scene, 'desk', 'Are you there?')
  lines.visitor.mend()
  await visitor.context.setOffline(false)
  await visitor.sees('Are you there?')
  await desk.sees('Still in the tunnel')

  lines.agent.cut()
  await desk.isOffline()
  await say(scene, 'desk', 'Now it is my turn')
  await say(scene, 'visitor', 'Hello?')
  lines.agent.mend()
  await visitor.sees('Now it is my turn')
  await desk.sees('Hello?')
  await allIsThereOnce(scene)
}

async function whatWasWrittenInATunnelSurvivesAReload() {
  const scene = await aConversation()
  const { visitor, desk, lines } = scene
  // The page itself stays reachable, only the chat is cut: nothing may be lost that stands on the screen.
  await visitor.page.route(/\/api\/live\/messages/, (route) => route.abort())
  await say(scene, 'visitor', 'Written before the reload')
  await visitor.sees('Written before the reload')
  lines.visitor.cut()
  lines.visitor.mend()
  await visitor.page.unroute(/\/api\/live\/messages/)
  await visitor.page.reload()
  await visitor.open()
  await desk.sees('Written before the reload')
  await allIsThereOnce(scene)
}

async function aKilledServerLosesNothingAndDoublesNothing() {
  const scene = await aConversation()
  const { product, visitor, desk } = scene
  const both = async (from, to) => {
    for (let n = from; n <= to; n++) await Promise.all([say(scene, 'visitor', `question ${n}`), say(scene, 'desk', `answer ${n}`)])
  }
  const writing = both(1, 6) // the kill falls among these
  await until('the first of them is on its way', async () => (await desk.texts()).length > 4)
  await product.kill()
  await writing
  await visitor.isOffline()
  await desk.isOffline()
  for (let n = 1; n <= 5; n++) await say(scene, 'visitor', `into the dark ${n}`)
  await say(scene, 'desk', 'answered into the dark')
  await product.start()
  await allIsThereOnce(scene)
  await say(scene, 'desk', 'Here we are again')
  await visitor.sees('Here we are again')
  await allIsThereOnce(scene)
}

export default [
  bothSidesResumeAfterAReload, bothSidesResumeAfterTheNetworkIsCut, whatWasWrittenInATunnelSurvivesAReload,
  aKilledServerLosesNothingAndDoublesNothing,
]
