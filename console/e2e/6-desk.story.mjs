// Story 6: agents pass a visitor on, keep words at hand and notes among themselves, and learn how it was; owners set it all up.
import assert from 'node:assert/strict'
import { Owner, Visitor } from './people.mjs'
import { owner, until } from './product.mjs'
import { aShop, aTalk, atWork, hire } from './setting.mjs'

const colleagueOf = (setting) => hire(setting, { name: 'Noor Haddad', email: 'noor@example.com' })

/** Everything the product sends to a visitor's browser from now on. */
function overhear({ page }) {
  const heard = []
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))))
  page.on('response', async (response) => {
    if (response.url().includes('/api/')) heard.push(await response.text().catch(() => '')) // a page that is left takes its answers along
  })
  return heard
}

async function aVisitorIsPassedOnWithANoteThatOnlyTheTeamSees() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const noor = await colleagueOf(setting)
  const { desk, visitor } = await aTalk(setting, maya, 'I want my money back')
  const other = await atWork(setting, noor)
  await visitor.comesBack()
  const heard = overhear(visitor)
  await visitor.comesBack()

  desk.complaints.allow(/404.*\/cursors/) // what was read in the last second can reach a conversation that is no longer the agent's
  await desk.passesTo(noor, 'Be kind, it is the third time')
  await visitor.isServedBy(noor.name)
  await visitor.isToldByALine('passed you on to Noor Haddad')
  await desk.part('transfer-sheet').waitFor({ state: 'detached' })
  await other.openFirstOfMine()
  await other.sees('I want my money back')
  await other.seesNote('Be kind, it is the third time')
  await other.write('I am sorry, Maya told me')
  await visitor.sees('I am sorry, Maya told me')

  await other.page.reload()
  await other.openFirstOfMine()
  await other.seesNote('Be kind, it is the third time')
  await visitor.comesBack()
  await visitor.sees('I am sorry, Maya told me')
  await visitor.isToldByALine('passed you on to Noor Haddad')
  assert.ok(heard.some((text) => text.includes('Maya told me')), 'the visitor was overheard')
  assert.ok(!heard.some((text) => text.includes('Be kind')), 'no note reaches the visitor')
}

async function nobodyIsPassedToAColleagueWhoIsOffline() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const noor = await colleagueOf(setting)
  const { desk, visitor } = await aTalk(setting, maya)
  desk.complaints.allow(/status of 409.*\/transfer/)
  await desk.passesTo(noor)
  await desk.passingIsRefused('offline')
  await desk.page.reload()
  await desk.openFirstOfMine()
  await desk.write('I stay with you')
  await visitor.sees('I stay with you')
  await visitor.isServedBy(maya.name)
}

async function aKeptReplyIsTakenByItsShortcutAndANoteStaysInside() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const { desk, visitor } = await aTalk(setting, maya)
  const heard = overhear(visitor)
  await visitor.comesBack()
  await desk.keepsReply('ship', 'We ship within two days, says {agent}.')
  await desk.takesReply('sh')
  await visitor.sees('We ship within two days, says Maya Lindqvist.')
  await desk.writesNote('Asks for the third time')

  await desk.page.reload()
  await desk.openFirstOfMine()
  await desk.seesNote('Asks for the third time')
  await desk.takesReply('ship')
  await until('the reply is there twice', async () => (await visitor.texts()).filter((text) => text.includes('two days')).length === 2)
  assert.ok(!heard.some((text) => text.includes('third time')), 'no note reaches the visitor')
}

async function aVisitorRatesAClosedChatAndTheAgentSeesTheStars() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const { desk, visitor } = await aTalk(setting, maya, 'Do you ship to Oslo?')
  await desk.write('We do')
  await visitor.sees('We do')
  await desk.part('invite-rating').click()
  await visitor.isAskedToRate()
  await desk.closeTicket()
  await visitor.isClosed()
  await visitor.choosesStars(4, 'Quick and kind')
  await visitor.close()
  await visitor.open()
  await until('an open window asks for a message, not for words about the stars', () => visitor.composer().evaluate((field) => field === document.activeElement))
  await visitor.rates(4, 'Quick and kind')
  await visitor.isThanked(4)
  await desk.openClosed('We do')
  await desk.seesRating(4, 'Quick and kind')

  await visitor.comesBack()
  await visitor.isThanked(4)
  await desk.page.reload()
  await desk.openClosed('We do')
  await desk.seesRating(4, 'Quick and kind')
}

async function whoFindsNobodyLeavesAnAddressThatTheAgentSees() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const contact = { name: 'Ida Moe', email: 'ida@example.com', phone: '+47 22 00 11 22' }
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.findsNobody()
  await visitor.write('Please call me back')
  await visitor.leavesContact(contact)
  await visitor.contactIsKept()
  await visitor.comesBack()
  await visitor.contactIsKept()

  const desk = await atWork(setting, maya)
  await desk.openFirstOfMine()
  await desk.sees('Please call me back')
  await desk.seesContact(contact)
  await visitor.isServedBy(maya.name)
}

async function anOwnerAddsAQueueAndSetsALimit() {
  const { product } = await aShop('en')
  const boss = await Owner.at(`${product.origin}/admin`, { locale: 'en' })
  await boss.signIn(owner.email, owner.password)
  await boss.addsQueue('Wholesale')
  await boss.limits('max_file_mb', 7)
  await boss.page.reload()
  await boss.limitIs('max_file_mb', 7)
  await boss.part('nav-queues').click()
  await boss.hasQueue('Wholesale')
  const member = await product.signIn()
  assert.equal((await member.get('/api/admin/settings')).files.max_file_mb, 7)
}

export default [
  aVisitorIsPassedOnWithANoteThatOnlyTheTeamSees, nobodyIsPassedToAColleagueWhoIsOffline,
  aKeptReplyIsTakenByItsShortcutAndANoteStaysInside, aVisitorRatesAClosedChatAndTheAgentSeesTheStars,
  whoFindsNobodyLeavesAnAddressThatTheAgentSees, anOwnerAddsAQueueAndSetsALimit,
]
