// The named pictures, light and dark, in both languages, on a desk and on a phone. Only taken where E2E_SCREENSHOTS names a folder.
import { picture } from './papers.mjs'
import { Agent, Owner, Visitor } from './people.mjs'
import { owner } from './product.mjs'
import { lineTo } from './scene.mjs'
import { aShop, atWork, aWaitingVisitor, hire } from './setting.mjs'
import { folder, take } from './shots.mjs'

const said = {
  'zh-CN': {
    others: ['请问今年的龙井什么时候到货？', '订单显示已签收，但我还没收到', '可以开发票吗？', '你们周末营业吗？'],
    visitor: ['你好，想买一款茶送给妈妈', '她平时喝绿茶比较多，口味清淡一点'],
    agent: ['您好！清淡的绿茶推荐明前龙井，豆香足、不苦。', '现在下单送一份手绘贺卡 🍵'],
    answer: '太好了，那就来两盒！', offline: '可以今天发货吗？',
    photo: '茶山.png', about: '这是我们去年去过的茶山', reply: '就是这片山，今年的春茶也是从这里来的。',
    colleagues: ['周以宁', '陈叙'], note: '她想要礼盒装，请帮忙确认库存', comment: '很耐心，谢谢！',
  },
  en: {
    others: ['When does this year’s Dragon Well arrive?', 'My order says delivered, but nothing came', 'Could I get an invoice?', 'Are you open at the weekend?'],
    visitor: ['Hi, I am looking for a tea for my mother', 'She mostly drinks green tea, something light'],
    agent: ['Then I would take our Dragon Well: soft, nutty, never bitter.', 'It comes with a hand-painted card this week 🍵'],
    answer: 'Lovely, two boxes please!', offline: 'Could you ship them today?',
    photo: 'hillside.png', about: 'This is the hill we walked up last year', reply: 'That very hill: this spring’s leaves come from it too.',
    colleagues: ['Noor Haddad', 'Elias Brandt'], note: 'She would like the gift box, please check the stock', comment: 'So patient, thank you!',
  },
}

function thePicturesAreTakenInChinese() {
  return thePictures('zh-CN')
}

function thePicturesAreTakenInEnglish() {
  return thePictures('en')
}

async function thePictures(lang) {
  const words = said[lang]
  const setting = await aShop(lang)
  const agent = await hire(setting, { lang, cap: 1 })
  const [colleague] = await colleaguesOf(setting, lang)
  const line = await lineTo(setting.product)
  setting.shop.embed(line.origin, setting.site.key, lang)

  const desk = await Agent.at(setting.product, { locale: lang })
  await take('sign-in', desk, lang)
  const visitor = await Visitor.at(setting.shop, { locale: lang })
  await take('launcher', visitor, lang)
  await desk.signIn(agent.email, agent.password)
  await desk.goOnline()
  await desk.hasNothingToDo()
  await take('empty', desk, lang)

  const [first, second, ...later] = words.others
  await aWaitingVisitor(setting, lang, first) // is served at once and fills the agent's hands
  await desk.listShows(first)
  await aWaitingVisitor(setting, lang, second)
  await visitor.open()
  for (const text of words.visitor) await visitor.write(text)
  await visitor.waitsAt(2)
  await take('queue', visitor, lang)

  await setting.boss.patch(`/api/admin/sites/${setting.site.id}/agents/${agent.id}`, { cap: 3 })
  await visitor.isServedBy(agent.name)
  for (const text of later) await aWaitingVisitor(setting, lang, text)
  await desk.listShows(words.visitor.at(-1))
  await take('inbox', desk, lang)

  await desk.openMine(words.visitor.at(-1))
  for (const text of words.agent) await desk.write(text)
  await visitor.sees(words.agent.at(-1))
  await visitor.write(words.answer)
  await desk.sees(words.answer)
  await visitor.lastOwnIs('read')
  await take('chat', visitor, lang)
  await take('conversation', desk, lang)
  await thePicturesOfFilesAndColleagues(setting, { visitor, desk, colleague }, lang)
  await thePicturesOfTheEnd({ visitor, desk, line }, lang)
}

/** Without a connection, and when all is said. */
async function thePicturesOfTheEnd({ visitor, desk, line }, lang) {
  const words = said[lang]
  visitor.complaints.allow(/net::ERR_|WebSocket connection/)
  line.cut()
  await visitor.isOffline()
  await visitor.write(words.offline)
  await take('offline', visitor, lang)

  line.mend()
  await desk.sees(words.offline)
  await desk.closeTicket()
  await visitor.isClosed()
  await visitor.choosesStars(5, words.comment)
  await take('rating', visitor, lang)
}

function colleaguesOf(setting, lang) {
  return Promise.all(said[lang].colleagues.map((name, i) => hire(setting, { name, email: `colleague${i}@example.com` })))
}

async function thePicturesOfFilesAndColleagues(setting, { visitor, desk, colleague }, lang) {
  const words = said[lang]
  await visitor.send(picture(words.photo))
  await desk.seesPicture(words.photo) // a text would overtake it on its way
  await visitor.write(words.about)
  await desk.sees(words.about)
  await desk.reply(words.about, words.reply)
  await visitor.seesReply(words.reply, words.about)
  await take('media', visitor, lang)

  await atWork(setting, colleague, lang) // who waited is served now
  await desk.choosesToPassTo(colleague, words.note)
  await take('transfer', desk, lang)
  await desk.page.keyboard.press('Escape')
  await desk.part('transfer-sheet').waitFor({ state: 'detached' })

  const boss = await Owner.at(`${setting.product.origin}/admin`, { locale: lang })
  await boss.signIn(owner.email, owner.password)
  await boss.part('nav-settings').click()
  await boss.part('limit-max_text').waitFor()
  await take('settings', boss, lang)
}

export default folder ? [thePicturesAreTakenInChinese, thePicturesAreTakenInEnglish] : []
