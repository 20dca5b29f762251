// How most stories begin: a shop with the widget on it, a site that allows it, and an agent who has a sign-in.
import { Agent, Visitor } from './people.mjs'
import { Caller, owner } from './product.mjs'
import { openShop, startProduct } from './scene.mjs'

const words = {
  'zh-CN': { name: '山间茶铺', title: '山间茶铺', greeting: '您好，想喝点什么茶？', agent: '林小满' },
  en: { name: 'Hillside Tea', title: 'Hillside Tea', greeting: 'Hello, which tea are you looking for?', agent: 'Maya Lindqvist' },
}

/** A running product, its owner's sign-in, the one site with its words in `lang`, and a shop that the site allows. */
export async function aShop(lang = 'en', settings) {
  const product = await startProduct({ owner, settings })
  const boss = await product.signIn(owner.email, owner.password)
  const shop = await openShop()
  const { sites } = await boss.get('/api/admin/sites')
  const { name, title, greeting } = words[lang]
  const site = await boss.patch(`/api/admin/sites/${sites[0].id}`, { name, title, greeting, domains: [shop.origin] })
  shop.embed(product.origin, site.key, lang)
  return { product, boss, shop, site }
}

/** Gives one of the site's queues, the first if no other, the usual rules but for these. */
export async function ruled({ boss }, rules, at = 0) {
  const { queues } = await boss.get('/api/desk/queues')
  await boss.patch(`/api/admin/queues/${queues[at].id}`, { rules })
}

/** Adds a queue that these agents serve, or everybody. */
export async function aQueue({ boss, site }, name, { agents, rules } = {}) {
  const queue = await boss.post(`/api/admin/sites/${site.id}/queues`, { name })
  const named = agents && { agents: agents.map(({ id }) => ({ person_id: id, level: 1 })) }
  return boss.patch(`/api/admin/queues/${queue.id}`, { rules: { everyone: !agents, ...rules }, ...named })
}

/** Hours in the zone of the clock that lie on the other side of the day: whenever the story is told, it is closed. */
export function otherHours(now = new Date()) {
  const from = String((now.getUTCHours() + 6) % 24).padStart(2, '0')
  const to = String((now.getUTCHours() + 9) % 24).padStart(2, '0')
  return { on: true, zone: 'UTC', week: Array.from({ length: 7 }, () => [{ from: `${from}:00`, to: `${to}:00` }]), holidays: [], last_chats: 0 }
}

/** Invites an agent and accepts with the link, as the invited person's browser would. */
export async function hire({ product, boss, site }, { lang = 'en', name = words[lang].agent, email = 'agent@example.com', cap } = {}) {
  const agent = { email, password: 'a long enough pass phrase', name }
  const { agent: invited, link } = await boss.post(`/api/admin/sites/${site.id}/agents`, { email: agent.email, name, role: 'agent' })
  const token = link.split('#invite=')[1]
  const answer = await product.ask('POST', '/api/invitations/accept', { token, name, password: agent.password })
  if (answer.status !== 200) throw new Error(`accepting the invitation: ${answer.status} ${JSON.stringify(answer.body)}`)
  if (cap) await boss.patch(`/api/admin/sites/${site.id}/agents/${invited.person.id}`, { cap })
  return { ...agent, id: invited.person.id }
}

/** The desk of a hired agent, who is signed in and online. */
export async function atWork({ product }, { email, password }, lang = 'en') {
  const desk = await Agent.at(product, { locale: lang })
  await desk.signIn(email, password)
  await desk.goOnline()
  return desk
}

/** A visitor and an agent who have begun to talk. */
export async function aTalk(setting, agent, hello = 'Hello') {
  const desk = await atWork(setting, agent)
  const visitor = await Visitor.at(setting.shop, { locale: 'en' })
  await visitor.open()
  await visitor.write(hello)
  await visitor.isServedBy(agent.name)
  await desk.openFirstOfMine()
  await desk.sees(hello)
  return { desk, visitor }
}

/** Somebody who writes from a browser that no page of the story shows, and waits. */
export async function aWaitingVisitor({ product, shop, site }, lang, text) {
  const opened = await product.ask('POST', '/api/visitors', { site: site.key, locale: lang, parent_origin: shop.origin })
  const visitor = new Caller(product.origin, opened.body.token)
  await visitor.post('/api/live/messages', { client_msg_id: crypto.randomUUID(), type: 'text', body: { text } })
  return visitor
}
