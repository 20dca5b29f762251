// A telephone line between one person and the product, which can be cut: a small TCP relay. Chromium's own offline mode leaves
// open sockets alone, so a cut is made here, where a train in a tunnel would make it.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

export class Line {
  #server
  #sockets = new Set()
  #cut = false

  /** Opens a line to the product; `origin` is the address to give to the person. */
  static async to(product) {
    const line = new Line()
    line.#server = createServer((near) => line.#relay(near, product.port)).listen(0, '127.0.0.1')
    await once(line.#server, 'listening')
    line.origin = `http://localhost:${line.#server.address().port}`
    return line
  }

  #relay(near, port) {
    if (this.#cut) {
      near.destroy()
      return
    }
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      socket.on('error', () => {}) // both ends are told by the close
      socket.on('close', () => {
        this.#sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  }

  /** Ends every connection at once and refuses new ones. */
  cut() {
    this.#cut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend() {
    this.#cut = false
  }

  async close() {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
