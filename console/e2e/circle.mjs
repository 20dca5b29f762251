// Members who know each other, made over the API, and their devices.
import { Member, Owner } from './people.mjs'
import { Caller, owner } from './product.mjs'
import { phone } from './scene.mjs'

export const password = 'a long enough password'

/** Members who registered. */
export async function members(product, ...names) {
  const boss = await product.signIn()
  await boss.patch('/api/admin/settings', { members: { registration: 'open' } })
  const all = []
  for (const name of names) {
    const caller = new Caller(product.origin)
    const { person } = await caller.post('/api/im/register', { name, password })
    all.push({ name, id: person.id, caller })
  }
  return all
}

export async function befriend(one, other) {
  const { id } = await one.caller.post('/api/im/requests', { person: other.id })
  await other.caller.post(`/api/im/requests/${id}/agree`, {})
}

/** One device of a member, at the product or at the end of a line to it. */
export async function enter(at, { name }, options) {
  const device = await Member.at(at, { locale: 'en', ...options })
  await device.enters(name, password)
  return device
}

/** A member at a desk and on a phone. */
export async function both(product, who, at = product) {
  return [await enter(at, who), await enter(product, who, { viewport: phone })]
}

/** The back office, with its owner signed in. */
export async function backOffice(product, options) {
  const boss = await Owner.at(`${product.origin}/admin`, { locale: 'en', ...options })
  await boss.signIn(owner.email, owner.password)
  await boss.part('nav-settings').waitFor()
  return boss
}
