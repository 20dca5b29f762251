// Story 5: pictures and files go both ways, answers point at what they answer, and what was said can be taken back.
import assert from 'node:assert/strict'
import { drawing, paper, picture } from './papers.mjs'
import { aShop, aTalk, hire } from './setting.mjs'

async function aPictureAndAFileReachTheAgentAndAreThereAfterAReload() {
  const setting = await aShop('en')
  const agent = await hire(setting)
  const { desk, visitor } = await aTalk(setting, agent)

  await visitor.send(picture('hillside.png'))
  await visitor.paste(paper('order.txt', 24_576))
  await visitor.write('This is what I ordered')
  for (const side of [visitor, desk]) {
    await side.seesPicture('hillside.png')
    await side.seesFile('order.txt', /24 KB/)
    await side.looksAt('hillside.png')
  }
  await visitor.drop(picture('label.png', 300, 400))
  await visitor.submit()
  await desk.seesPicture('label.png')

  await visitor.comesBack()
  await desk.page.reload()
  await desk.openFirstOfMine()
  for (const side of [visitor, desk]) {
    await side.seesPicture('hillside.png')
    await side.seesPicture('label.png')
    await side.seesFile('order.txt', /24 KB/)
    await side.looksAt('label.png')
  }
}

async function anAgentSendsAPictureAndAFileWithWords() {
  const setting = await aShop('en')
  const agent = await hire(setting)
  const { desk, visitor } = await aTalk(setting, agent)
  await desk.attach(picture('blossom.png', 420, 640))
  await desk.paste(paper('leaflet.txt', 4_096))
  await desk.write('Our garden, and how to brew')
  await visitor.sees('Our garden, and how to brew')
  await visitor.seesPicture('blossom.png')
  await visitor.seesFile('leaflet.txt', /4 KB/)
  await desk.drop(paper('prices.txt', 10_240))
  await desk.submit()
  await visitor.seesFile('prices.txt', /10 KB/)

  await visitor.comesBack()
  await visitor.seesPicture('blossom.png')
  await visitor.looksAt('blossom.png')
  const fetched = visitor.page.waitForEvent('download')
  await visitor.files().filter({ hasText: 'leaflet.txt' }).locator('button.open').click()
  assert.equal((await fetched).suggestedFilename(), 'leaflet.txt')
}

async function aFileOverTheLimitIsRefusedWithWordsAndADrawingIsNeverAPicture() {
  const setting = await aShop('en')
  const agent = await hire(setting)
  await setting.boss.patch('/api/admin/settings', { files: { max_file_mb: 1 } })
  const { desk, visitor } = await aTalk(setting, agent)
  visitor.complaints.allow(/status of 413.*\/api\/files/)
  await visitor.send(paper('everything.txt', 1_500_000))
  await visitor.isRefused('the file is larger than 1 MB')
  await visitor.write('Then only this one')
  await desk.sees('Then only this one')
  assert.equal(await desk.files().count(), 0)

  await visitor.send(drawing('logo.svg'))
  for (const side of [visitor, desk]) {
    await side.seesFile('logo.svg', /\d+ (B|bytes?)/i)
    assert.equal(await side.pictures('logo.svg').count(), 0)
  }
  await desk.page.reload()
  await desk.openFirstOfMine()
  await desk.seesFile('logo.svg', /\d+ (B|bytes?)/i)
  assert.equal(await desk.pictures('logo.svg').count(), 0)
}

async function aReplyQuotesAndARecalledMessageLeavesOnlyALine() {
  const setting = await aShop('en')
  const agent = await hire(setting)
  const { desk, visitor } = await aTalk(setting, agent)
  await desk.write('Green or black?')
  await visitor.sees('Green or black?')
  await visitor.reply('Green or black?', 'Green, please')
  for (const side of [visitor, desk]) await side.seesReply('Green, please', 'Green or black?')
  await desk.reply('Green, please', 'With or without a box?')
  for (const side of [visitor, desk]) await side.seesReply('With or without a box?', 'Green, please')

  await visitor.write('My card number is 4111')
  await desk.sees('My card number is 4111')
  await desk.reply('My card number is 4111', 'Better not here')
  for (const side of [visitor, desk]) await side.seesReply('Better not here', 'My card number is 4111')
  await visitor.recall('My card number is 4111')
  await allIsAsItWasSaid(visitor, desk)
  await visitor.comesBack()
  await desk.page.reload()
  await desk.openFirstOfMine()
  await allIsAsItWasSaid(visitor, desk)
}

async function allIsAsItWasSaid(visitor, desk) {
  for (const side of [visitor, desk]) await side.seesReply('Better not here', 'Recalled message')
  await visitor.seesRecalled('You recalled a message', '4111')
  await desk.seesRecalled('recalled a message', '4111')
  for (const side of [visitor, desk]) {
    await side.seesReply('Green, please', 'Green or black?')
    await side.seesReply('With or without a box?', 'Green, please')
  }
}

export default [
  aPictureAndAFileReachTheAgentAndAreThereAfterAReload, anAgentSendsAPictureAndAFileWithWords,
  aFileOverTheLimitIsRefusedWithWordsAndADrawingIsNeverAPicture, aReplyQuotesAndARecalledMessageLeavesOnlyALine,
]
