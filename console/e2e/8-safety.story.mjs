// Story 8: a rude visitor is blocked and not told; the owner finds it in the blacklist and the audit log, and forgives.
import assert from 'node:assert/strict'
import { Owner } from './people.mjs'
import { owner } from './product.mjs'
import { aShop, aTalk, hire } from './setting.mjs'

async function aVisitorIsBlockedWithoutBeingToldAndForgiven() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  const { desk, visitor } = await aTalk(setting, maya, 'You are all fools')
  visitor.complaints.allow(/status of 403.*\/live\/messages/)
  desk.complaints.allow(/404.*\/cursors/) // what was read in the last second can reach a conversation that is no longer the agent's

  await desk.blocks('Insults the team')
  await visitor.isClosed()
  await visitor.write('I am not done')
  await visitor.isRefused('Messages cannot be delivered right now')
  await visitor.comesBack()
  await visitor.isRefused('Messages cannot be delivered right now')
  assert.ok(!/block/i.test(await visitor.place.locator('body').innerText()), 'nothing says that he is blocked')

  const boss = await Owner.at(`${setting.product.origin}/admin`, { locale: 'en' })
  await boss.signIn(owner.email, owner.password)
  await boss.findsBlocked('Insults the team')
  await boss.findsAct('blacklist.add', 'Maya Lindqvist', 'Insults the team')
  const exported = await boss.exportsTheLog()
  assert.ok(exported.startsWith('\ufeff') && exported.includes('blacklist.add') && exported.includes('agent.invite'), 'the export has every act')
  await boss.page.reload()
  await boss.unblocks('Insults the team')
  await boss.findsAct('blacklist.remove', owner.name ?? 'Owner', 'Insults the team')

  await visitor.write('I am sorry')
  await visitor.sees('I am sorry')
  await visitor.lastOwnIs('delivered')
}

async function anAddressIsBlockedByASupervisorWhoSeesNoMoreThanHisSections() {
  const setting = await aShop('en')
  const maya = await hire(setting)
  await setting.boss.patch(`/api/admin/sites/${setting.site.id}/agents/${maya.id}`, { role: 'supervisor' })
  const lead = await Owner.at(`${setting.product.origin}/admin`, { locale: 'en' })
  await lead.signIn(maya.email, maya.password)
  lead.complaints.allow(/status of 400.*\/blacklist/)
  await lead.part('nav-blacklist').click()
  for (const closed of ['site', 'agents', 'settings', 'audit']) assert.equal(await lead.part(`nav-${closed}`).count(), 0, closed)
  await lead.blocksAddress('0.0.0.0/0', 'everybody')
  await lead.page.getByText('This range is too wide, the widest is /8').waitFor()
  await lead.blocksAddress('203.0.113.0/24', 'Attack')
  await lead.findsBlocked('203.0.113.0/24')
  await lead.page.reload()
  await lead.findsBlocked('203.0.113.0/24')
}

export default [aVisitorIsBlockedWithoutBeingToldAndForgiven, anAddressIsBlockedByASupervisorWhoSeesNoMoreThanHisSections]
