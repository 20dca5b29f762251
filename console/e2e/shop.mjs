// A shop on an origin of its own that carries the embed line: what /demo, on the product's origin, can never show.
import { once } from 'node:events'
import { createServer } from 'node:http'

const words = {
  'zh-CN': {
    shop: '山间茶铺', lead: '高山春茶，当季新采。', buy: '加入购物车',
    goods: [['明前龙井', '¥168'], ['正山小种', '¥128'], ['凤凰单丛', '¥198']],
  },
  en: {
    shop: 'Hillside Tea', lead: 'Spring leaves from high gardens.', buy: 'Add to basket',
    goods: [['Dragon Well', '$24'], ['Lapsang Souchong', '$18'], ['Phoenix Oolong', '$28']],
  },
}

export class Shop {
  #server
  #page = ''

  /** Opens a shop; `origin` is what the site must allow. */
  static async open() {
    const shop = new Shop()
    shop.#server = createServer((request, response) => shop.#answer(request, response)).listen(0, '127.0.0.1')
    await once(shop.#server, 'listening')
    shop.origin = `http://127.0.0.1:${shop.#server.address().port}`
    return shop
  }

  /** Puts the widget of a site on the page, loaded from `origin`. */
  embed(origin, key, lang = 'en') {
    this.#page = page(words[lang], lang, `<script async src="${origin}/widget.js?site=${key}"></script>`)
  }

  #answer(request, response) {
    if (request.url.includes('.')) {
      response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end()
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(this.#page)
  }

  async close() {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

function page(text, lang, embed) {
  const goods = text.goods.map(([name, price], i) =>
    `<article><div class="leaf leaf-${i}"></div><h2>${name}</h2><p>${price}</p><button>${text.buy}</button></article>`)
  return `<!doctype html>
<html lang="${lang}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.shop}</title>
<style>
  :root { color-scheme: light dark; --paper: #fbfaf6; --ink: #26302a; --quiet: #6d776f; --card: #fff; --line: #e6e4da; --leaf: #2f6b4f }
  @media (prefers-color-scheme: dark) { :root { --paper: #161a18; --ink: #e9ede9; --quiet: #98a39b; --card: #1f2522; --line: #2d3531; --leaf: #7cc4a0 } }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, "Noto Sans CJK SC", sans-serif }
  header, main { max-width: 960px; margin: 0 auto; padding: 32px 24px }
  h1 { margin: 0; font-size: 32px } header p { margin: 4px 0 0; color: var(--quiet) }
  main { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 24px; padding-top: 0 }
  article { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 16px }
  h2 { margin: 12px 0 0; font-size: 18px } article p { margin: 0 0 12px; color: var(--quiet) }
  .leaf { height: 140px; border-radius: 12px; background: linear-gradient(135deg, #cfe3d2, #8fbf9f) }
  .leaf-1 { background: linear-gradient(135deg, #f0d9c4, #c98d63) } .leaf-2 { background: linear-gradient(135deg, #f3e6b8, #d3b04f) }
  button { font: inherit; border: 0; border-radius: 999px; padding: 8px 16px; background: var(--leaf); color: var(--paper) }
</style>
<header><h1>${text.shop}</h1><p>${text.lead}</p></header>
<main>${goods.join('')}</main>
${embed}
</html>`
}
