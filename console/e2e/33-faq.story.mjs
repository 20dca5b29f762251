// Story 33: what is asked again and again is answered at a click, the bot answers the rest first, and who is not helped gets a person.
import { Agent, Owner, Visitor } from './people.mjs'
import { owner } from './product.mjs'
import { aShop, hire } from './setting.mjs'
import { folder, take } from './shots.mjs'

function theBotAnswersFirstInEnglish() {
  return theBotAnswersFirst('en', {
    question: 'How do I return an item?', answer: 'Within 30 days, free of charge.', mine: 'can i return an item please', beside: 'which colours are there',
    missed: 'other words', handing: 'handing you over', agent: 'They come in red and blue.',
  })
}

function theBotAnswersFirstInChinese() {
  return theBotAnswersFirst('zh-CN', {
    question: '怎么退货？', answer: '收到货 30 天内可免费退货。', mine: '请问怎么退货呢', beside: '有哪些颜色', missed: '没有找到答案', handing: '转接人工客服', agent: '有红色和蓝色。',
  })
}

async function theBotAnswersFirst(lang, words) {
  const setting = await aShop(lang)
  const agent = await hire(setting, { name: 'Mei' })
  await theOwnerSetsItUp(setting, lang, words)

  const visitor = await Visitor.at(setting.shop, { locale: lang })
  visitor.complaints.allow(/net::ERR_|WebSocket connection|Failed to (load resource|fetch)/)
  await visitor.open()
  const card = visitor.place.locator('.faq button')
  await card.first().waitFor()
  if (folder) await take('faq-card', visitor, lang)
  await card.first().click()
  await visitor.sees(words.answer)
  await visitor.place.locator('.useful button').first().click()
  await visitor.place.locator('.useful[role=status]').waitFor()

  await visitor.page.reload()
  await visitor.open()
  await visitor.sees(words.answer)
  await visitor.write(words.mine)
  await visitor.place.locator('.bot .bubble').filter({ hasText: words.answer }).nth(1).waitFor()
  if (folder) await take('faq-bot', visitor, lang)

  await visitor.context.setOffline(true)
  await visitor.write(words.beside)
  await visitor.context.setOffline(false)
  await visitor.sees(words.missed)
  await visitor.write(`${words.beside}?!`)
  await visitor.sees(words.handing)
  await visitor.waitsAt(1)

  const desk = await Agent.at(setting.product, { locale: lang })
  await desk.signIn(agent.email, agent.password)
  await desk.goOnline()
  await desk.openFirstOfMine()
  await desk.sees(words.missed)
  await desk.write(words.agent)
  await visitor.sees(words.agent)
}

/** Adds the question and switches the bot on, in the back office. */
async function theOwnerSetsItUp({ product }, lang, { question, answer }) {
  const boss = await Owner.at(`${product.origin}/admin#faq`, { locale: lang })
  await boss.signIn(owner.email, owner.password)
  await boss.part('faq-new').click()
  await boss.part('faq-question').fill(question)
  await boss.part('faq-text').fill(answer)
  if (folder) await take('faq-sheet', boss, lang)
  await boss.part('faq-save').click()
  await boss.part('faq-entry').waitFor()
  await boss.part('bot-on').click()
  await boss.part('bot-name').fill('Robin')
  await boss.part('bot-save').click()
  await boss.part('bot-question').fill(question)
  await boss.part('bot-try').click()
  await boss.part('bot-trial').filter({ hasText: answer }).waitFor()
  if (folder) await take('faq-office', boss, lang)
}

export default [theBotAnswersFirstInEnglish, theBotAnswersFirstInChinese]
