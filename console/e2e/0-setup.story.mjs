// Before story 1: an empty folder, a one-time link, and a quarter of an hour later somebody answers on a website.
import assert from 'node:assert/strict'
import { Agent, Owner, Visitor } from './people.mjs'
import { openShop, startProduct } from './scene.mjs'

const boss = { name: 'Ada Berg', email: 'ada@example.com', password: 'seven green lanterns', site: 'Hillside Tea' }
const hired = { name: 'Noor Haddad', email: 'noor@example.com', password: 'eleven paper boats' }

async function anOwnerSetsUpInvitesAnAgentAndTheDemoShopIsAnswered() {
  const product = await startProduct({ owner: undefined })
  const link = product.setupLink()
  const owner = await Owner.at(link)
  await owner.setUp(boss)
  const line = await owner.embedLine()

  const demo = await (await fetch(`${product.origin}/demo`)).text()
  assert.ok(demo.includes(line), `/demo carries the embed line ${line}`)

  await owner.toBackOffice()
  const invitation = await owner.invites(hired)
  const agent = await Agent.at(product, { locale: 'en' }, invitation)
  await agent.accept(hired)
  await agent.goOnline()

  const visitor = await Visitor.at({ origin: `${product.origin}/demo` }, { locale: 'en' })
  await visitor.open()
  await visitor.write('Is this thing on?')
  await visitor.isServedBy(hired.name)
  await agent.openFirstOfMine()
  await agent.sees('Is this thing on?')
  await agent.write('Loud and clear')
  await visitor.sees('Loud and clear')

  const shop = await openShop()
  shop.embed(product.origin, new URL(/src="([^"]+)"/.exec(line)[1]).searchParams.get('site'))
  await owner.allows(shop.origin)
  const customer = await Visitor.at(shop, { locale: 'en' })
  await customer.open()
  await customer.write('From the real shop')
  await customer.isServedBy(hired.name)
}

async function aSetUpLinkWorksOnce() {
  const product = await startProduct({ owner: undefined })
  const link = product.setupLink()
  const owner = await Owner.at(link)
  await owner.setUp(boss)
  const late = await Owner.at(link)
  late.complaints.allow(/status of 4(04|09)/)
  await late.isTooLate(boss)
}

export default [anOwnerSetsUpInvitesAnAgentAndTheDemoShopIsAnswered, aSetUpLinkWorksOnce]
