// Story 32: a supervisor looks on without anybody noticing, whispers, comes in and takes over; an agent calls a colleague in.
import assert from 'node:assert/strict'
import { Agent } from './people.mjs'
import { owner } from './product.mjs'
import { aShop, aTalk, atWork, hire } from './setting.mjs'
import { lineTo } from './scene.mjs'
import { folder, take } from './shots.mjs'

/** Everything the product sends to a browser from now on. */
function overhear({ page }) {
  const heard = []
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))))
  page.on('response', async (response) => {
    if (response.url().includes('/api/')) heard.push(await response.text().catch(() => ''))
  })
  return heard
}

/** The owner whom the environment names. */
const bossName = 'Owner'

const lines = (talker) => talker.systemLines().allInnerTexts()

/** From the live board, over a line that can be cut, to the first conversation on it. */
async function aSupervisorAt(line) {
  const boss = await Agent.at(line, { locale: 'en' }, `${line.origin}/admin#live`)
  await boss.signIn(owner.email, owner.password)
  await boss.part('wall-ticket').first().waitFor()
  if (folder) await take('wall', boss, 'en')
  await boss.part('wall-ticket').first().click()
  await boss.watches()
  return boss
}

async function aSupervisorWatchesUnseenWhispersJoinsAndTakesOver() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const line = await lineTo(setting.product)
  const { desk, visitor } = await aTalk(setting, maya, 'Where is my parcel?')
  const [byVisitor, byAgent] = [overhear(visitor), overhear(desk)]
  await visitor.comesBack()
  await desk.page.reload()
  await desk.openFirstOfMine()
  const before = await lines(visitor)

  const boss = await aSupervisorAt(line)
  await visitor.write('Is anybody there?')
  await boss.sees('Is anybody there?')
  await desk.write('I am looking it up')
  await boss.sees('I am looking it up')
  boss.complaints.allow(/./) // the line is cut
  line.cut()
  await boss.isOffline()
  await visitor.write('I have waited for a week')
  line.mend()
  await boss.sees('I have waited for a week')
  await boss.page.reload()
  await boss.watches()
  await boss.sees('I have waited for a week')
  if (folder) await take('watching', boss, 'en')
  assert.deepEqual(await lines(visitor), before, 'the visitor is told nothing')
  assert.equal(await desk.part('guest').count(), 0, 'the agent sees nobody')
  const about = [...byVisitor, ...byAgent].filter((text) => /"watched"/.test(text))
  assert.deepEqual(about, [], 'nobody else is pushed that somebody looks on')

  await boss.whispers('Offer her free shipping')
  await desk.seesWhisper('Offer her free shipping')
  await desk.page.reload()
  await desk.openFirstOfMine()
  await desk.seesWhisper('Offer her free shipping')
  if (folder) await take('whispered', desk, 'en')
  await visitor.comesBack()
  await visitor.sees('I have waited for a week')
  assert.ok(byVisitor.some((text) => text.includes('waited for a week')), 'the visitor was overheard')
  assert.ok(!byVisitor.some((text) => text.includes('free shipping')), 'no whisper reaches the visitor')

  await boss.part('join').click()
  await visitor.isToldByALine(`${bossName} joined`)
  await desk.part('guest').filter({ hasText: bossName }).waitFor()
  await boss.write('I sent it again today')
  await visitor.sees('I sent it again today')
  await desk.sees('I sent it again today')

  desk.complaints.allow(/404.*\/cursors/) // what was read in the last second can reach a conversation that is no longer the agent's
  await boss.goOnline()
  await boss.takesOver('I know this parcel')
  await visitor.isServedBy(bossName)
  await desk.isTold('I know this parcel')
  await boss.write('You hear from me tomorrow')
  await visitor.sees('You hear from me tomorrow')
  await boss.page.reload()
  await boss.seesNote('I know this parcel')
  await boss.closeTicket()
}

async function anAgentCallsAColleagueInWhoLeavesAgain() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const noor = await hire(setting, { name: 'Noor Haddad', email: 'noor@example.com' })
  const { desk, visitor } = await aTalk(setting, maya, 'Does this tea have caffeine?')
  const line = await lineTo(setting.product)
  const other = await atWork({ product: line }, noor)

  await desk.callsIn(noor, 'You know teas')
  await visitor.isToldByALine('Noor Haddad joined')
  await other.isTold('You are in the conversation')
  await other.openFirstOfMine()
  await other.seesNote('You know teas')
  await other.sees('Does this tea have caffeine?')
  await other.write('Hardly any')
  await visitor.sees('Hardly any')
  await desk.sees('Hardly any')
  if (folder) await take('called-in', desk, 'en')

  other.complaints.allow(/./) // the line is cut
  line.cut()
  await other.isOffline()
  await visitor.write('And the green one?')
  line.mend()
  await other.sees('And the green one?')
  await other.page.reload()
  await other.sees('And the green one?')
  await other.part('guest-leave').click()
  await visitor.isToldByALine('Noor Haddad left')
  await other.composer().waitFor({ state: 'hidden' })
  await desk.part('guest').waitFor({ state: 'detached' })
  await desk.write('More than that')
  await visitor.sees('More than that')
  await visitor.isServedBy(maya.name)
}

export default [aSupervisorWatchesUnseenWhispersJoinsAndTakesOver, anAgentCallsAColleagueInWhoLeavesAgain]
