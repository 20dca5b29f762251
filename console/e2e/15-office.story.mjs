// The pages of the back office over a month of a small shop's conversations, as pictures.
import { Owner } from './people.mjs'
import { startDemo } from './scene.mjs'
import { folder, take } from './shots.mjs'

const password = 'a month of conversations'

/** A page, by its part of the address, and what is there once it has loaded. */
const pages = [
  ['site', 'site', 'site-name'],
  ['live', 'live', 'tile-waiting'],
  ['tickets', 'tickets', 'ticket-row'],
  ['agents', 'agents', 'agent'],
  ['queues', 'queues', 'queue'],
  ['blacklist', 'blacklist', 'block-add'],
  ['audit', 'audit', 'act'],
]

function theBackOfficeIsTakenInChinese() {
  return theBackOffice('zh-CN')
}

function theBackOfficeIsTakenInEnglish() {
  return theBackOffice('en')
}

async function theBackOffice(lang) {
  const product = await startDemo(password)
  const boss = await Owner.at(`${product.origin}/admin`, { locale: lang })
  await boss.signIn('owner@demo.example', password)
  for (const [name, hash, there] of pages) {
    await boss.page.evaluate((hash) => { location.hash = hash }, hash)
    await boss.part(there).first().waitFor()
    await take(`office-${name}`, boss, lang)
  }
  await boss.page.evaluate(() => { location.hash = 'queues' })
  await boss.part('queue-open-row').first().click()
  await boss.part('try-run').click()
  await boss.part('try-answer').waitFor()
  await take('office-queue', boss, lang)
  await boss.page.evaluate(() => { location.hash = 'tickets' })
  await boss.part('ticket-row').nth(8).click()
  await boss.part('transcript').waitFor()
  await take('office-transcript', boss, lang)
}

export default folder ? [theBackOfficeIsTakenInChinese, theBackOfficeIsTakenInEnglish] : []
