// Story 35: how waiting and talking end when somebody is not there. An apology after the last round, another queue while the
// line is cut, a colleague while the visitor is away, the end when he is gone; and a bot whose model has been asked enough.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Owner, Visitor } from './people.mjs'
import { owner } from './product.mjs'
import { atStage, cutOff, lineTo } from './scene.mjs'
import { aQueue, aShop, aTalk, atWork, hire, ruled } from './setting.mjs'
import { folder, take } from './shots.mjs'

const noorOf = (setting) => hire(setting, { name: 'Noor Haddad', email: 'noor@example.com' })

/** From now on visitors of the shop come over a line that can be cut. */
async function visitorsLine({ product, shop, site }) {
  const line = await lineTo(product)
  shop.embed(line.origin, site.key, 'en')
  return line
}

async function whoIsNotAnsweredInTheLastRoundLeavesAMessage() {
  const setting = await aShop('en')
  await ruled(setting, { answer: { nudge_s: 0, requeue_s: 3, times: 1 } })
  const ann = await hire(setting, { name: 'Ann', email: 'ann@example.com' })
  const noor = await noorOf(setting)
  const line = await visitorsLine(setting)
  const annsDesk = await atWork(setting, ann)
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  visitor.complaints.allow(cutOff)
  await visitor.open()
  await visitor.write('Is anybody there?')
  await visitor.isServedBy('Ann')
  line.cut()
  await annsDesk.rows().filter({ hasText: 'Is anybody there?' }).waitFor({ state: 'detached' })
  line.mend()
  await visitor.isToldWeAreSorry()
  await visitor.comesBack()
  await visitor.isToldWeAreSorry()
  await visitor.leavesContact({ name: 'Ida Moe', email: 'ida@example.com', phone: '+47 22 00 11 22' })
  await visitor.contactIsKept()

  const noorsDesk = await atWork(setting, noor) // who waits after the apology is served all the same
  await visitor.isServedBy('Noor Haddad')
  await noorsDesk.openFirstOfMine()
  await noorsDesk.seesContact({ name: 'Ida Moe', email: 'ida@example.com', phone: '+47 22 00 11 22' })
  await noorsDesk.part('trail-toggle').click()
  await noorsDesk.part('trail-step').filter({ hasText: 'Nobody answered: an apology' }).waitFor()
  await noorsDesk.write('Yes, I am')
  await visitor.sees('Yes, I am')
}

async function whoseLineIsCutMovesOnToAnotherQueueMeanwhile() {
  const setting = await aShop('en')
  const noor = await noorOf(setting)
  const second = await aQueue(setting, 'Second', { agents: [noor] })
  await ruled(setting, { overflow: { after_s: 5, to_queue: second.id }, everyone: false })
  const line = await visitorsLine(setting)
  const desk = await atWork(setting, noor)
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  visitor.complaints.allow(cutOff)
  await visitor.open()
  await visitor.write('Who sells green tea?')
  await desk.part('tab-waiting').filter({ hasText: '1' }).waitFor()
  line.cut()
  await desk.listShows('Who sells green tea?')
  await desk.openFirstOfMine()
  await desk.part('trail-toggle').click()
  await desk.part('trail-step').filter({ hasText: 'moved on to “Second”' }).waitFor()
  await desk.write('We do')
  line.mend()
  await visitor.isToldByALine('You wait for Second now')
  await visitor.isServedBy('Noor Haddad')
  await visitor.sees('We do')
  await visitor.comesBack()
  await visitor.isToldByALine('You wait for Second now')
  await visitor.sees('We do')
}

async function whoIsAwayComesBackToAColleague() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const noor = await noorOf(setting)
  const line = await visitorsLine(setting)
  const { desk, visitor } = await aTalk(setting, maya, 'Where is my parcel?')
  const other = await atWork(setting, noor)
  visitor.complaints.allow(cutOff)
  line.cut()
  await visitor.isOffline()
  await visitor.write('I am in a tunnel')
  desk.complaints.allow(/404.*\/cursors/) // what was read in the last second can reach a conversation that is no longer the agent's
  await desk.passesTo(noor, 'Her parcel is in Oslo')
  await other.openFirstOfMine()
  await other.seesNote('Her parcel is in Oslo')
  await other.write('It is in Oslo')
  line.mend()
  await other.sees('I am in a tunnel')
  await visitor.isServedBy('Noor Haddad')
  await visitor.isToldByALine('passed you on to Noor Haddad')
  await visitor.sees('It is in Oslo')
  await visitor.comesBack()
  await visitor.isServedBy('Noor Haddad')
  await visitor.sees('I am in a tunnel')
}

async function whoIsGoneIsLetGoAndWhoOnlyLostTheLineIsNot() {
  const setting = await aShop('en', { ICHAT_GRACE: '1s' })
  await ruled(setting, { idle: { warn_s: 0, close_s: 0, gone_s: 9 } })
  const maya = await hire(setting)
  const line = await visitorsLine(setting)
  const { desk, visitor } = await aTalk(setting, maya, 'Do you have oolong?')
  await desk.write('We do')
  await visitor.sees('We do')
  visitor.complaints.allow(cutOff)
  line.cut()
  await visitor.isOffline()
  line.mend()
  await visitor.place.locator('.offline').waitFor({ state: 'hidden' })
  await desk.write('Shall I keep some for you?')
  await visitor.sees('Shall I keep some for you?')
  await visitor.comesBack()
  await visitor.isServedBy(maya.name)

  desk.complaints.allow(/404.*\/cursors/)
  await visitor.page.goto('about:blank')
  await desk.composer().waitFor({ state: 'hidden' })
  await desk.openClosed('Shall I keep some for you?')
  await desk.part('trail-toggle').click()
  await desk.part('trail-step').filter({ hasText: 'the visitor was gone' }).waitFor()
  await visitor.page.goto(setting.shop.origin)
  await visitor.open()
  await visitor.isClosed()
  await visitor.sees('Shall I keep some for you?')
}

async function aBotWhoseModelWasAskedEnoughGoesOnWithoutIt() {
  const model = createServer((_, answer) => answer.end('{"choices":[{"finish_reason":"stop","message":{"content":"In red and blue."}}]}'))
  atStage({ close: () => new Promise((done) => model.close(done)) })
  await once(model.listen(0, '127.0.0.1'), 'listening')
  const setting = await aShop('en', { ICHAT_LOCAL_MODELS: 'true' })
  const endpoint = { on: true, url: `http://127.0.0.1:${model.address().port}/v1`, model: 'small', most_talk: 1 }
  await setting.boss.patch(`/api/admin/sites/${setting.site.id}/bot`, { on: true, name: 'Robin', tries: 5, endpoint })
  const line = await visitorsLine(setting)
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  visitor.complaints.allow(cutOff)
  await visitor.open()
  await visitor.isIn('Here for you') // nobody is at work, and the bot is
  await visitor.write('Which colours are there?')
  await visitor.sees('In red and blue.')
  await visitor.comesBack()
  await visitor.sees('In red and blue.')
  line.cut()
  await visitor.write('And which sizes?')
  await visitor.isOffline()
  line.mend()
  await visitor.sees('other words')

  const boss = await Owner.at(`${setting.product.origin}/admin#faq`, { locale: 'en' })
  await boss.signIn(owner.email, owner.password)
  await boss.part('bot-used').filter({ hasText: 'Asked 1 of 500 times today' }).waitFor()
  await boss.part('bot-most-day').fill('1')
  await boss.part('bot-save').click()
  await boss.part('bot-used').filter({ hasText: 'Asked 1 of 1 times today' }).filter({ hasText: 'Until tomorrow' }).waitFor()
  if (folder) await take('bot-budget', boss, 'en')
  await boss.page.reload()
  await boss.part('bot-used').filter({ hasText: 'Until tomorrow' }).waitFor()
  const second = await Visitor.at(setting.shop, { locale: 'en' })
  await second.open()
  await second.write('Which colours are there?')
  await second.sees('other words')
}

export default [
  whoIsNotAnsweredInTheLastRoundLeavesAMessage, whoseLineIsCutMovesOnToAnotherQueueMeanwhile, whoIsAwayComesBackToAColleague,
  whoIsGoneIsLetGoAndWhoOnlyLostTheLineIsNot, aBotWhoseModelWasAskedEnoughGoesOnWithoutIt,
]
