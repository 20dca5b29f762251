// A mail server as small as one can be: it takes every mail and keeps it for the story to read.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { until } from './product.mjs'

export class Mailbox {
  #server
  #mails = []
  #open = new Set()

  static async open() {
    const box = new Mailbox()
    box.#server = createServer((socket) => box.#talk(socket)).listen(0, '127.0.0.1')
    await once(box.#server, 'listening')
    box.url = `smtp://127.0.0.1:${box.#server.address().port}?from=chat@shop.example`
    return box
  }

  /** The first mail to somebody that says `words`, once it is here. */
  next(to, words) {
    return until(`a mail to ${to} that says "${words}"`, () => this.#mails.find((mail) => mail.to === to && mail.text.includes(words)))
  }

  count(to) {
    return this.#mails.filter((mail) => mail.to === to).length
  }

  #talk(socket) {
    this.#open.add(socket)
    socket.on('close', () => this.#open.delete(socket)).on('error', () => {})
    let rest = ''
    let to = ''
    let letter // the lines of the mail under way
    const say = (line) => socket.write(`${line}\r\n`)
    const hear = (line) => {
      if (letter) {
        if (line !== '.') return void letter.push(line.replace(/^\./, ''))
        this.#mails.push({ to, text: plainText(letter.join('\r\n')) })
        letter = undefined
        return say('250 taken')
      }
      const [, address] = /^RCPT TO:<(.+?)>/i.exec(line) ?? []
      if (address) to = address
      if (/^QUIT/i.test(line)) return say('221 bye')
      if (!/^DATA/i.test(line)) return say('250 ok')
      letter = []
      say('354 go on')
    }
    say('220 test')
    socket.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\r\n')
      rest = lines.pop()
      lines.forEach(hear)
    })
  }

  async close() {
    this.#server.close()
    for (const socket of this.#open) socket.destroy()
    await once(this.#server, 'close')
  }
}

/** What the plain part of a letter says. */
function plainText(letter) {
  const [, boundary] = /boundary="?([^"\r\n;]+)/.exec(letter)
  const part = letter.split(`--${boundary}`).find((text) => /content-type: text\/plain/i.test(text))
  const body = part.slice(part.indexOf('\r\n\r\n') + 4).replace(/=\r\n/g, '')
  const bytes = body.replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n')
}
