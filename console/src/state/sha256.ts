// SHA-256 without promises: a worker makes hundreds of thousands, and pages served without TLS have no crypto.subtle.

const k = constants((x) => Math.cbrt(x), 64)
const start = constants((x) => Math.sqrt(x), 8)

/** The first 32 bits behind the point of a root of each of the first primes. */
function constants(root: (x: number) => number, n: number): Uint32Array {
  const out = new Uint32Array(n)
  for (let prime = 2, i = 0; i < n; prime++) {
    let whole = true
    for (let d = 2; d * d <= prime; d++) if (prime % d === 0) whole = false
    if (whole) out[i++] = (root(prime) % 1) * 0x100000000
  }
  return out
}

const w = new Uint32Array(64)

/** One block of 64 bytes, given as 16 words, into a state of eight. */
export function block(state: Uint32Array, words: Uint32Array): void {
  w.set(words)
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!
    const y = w[i - 2]!
    w[i] = w[i - 16]! + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7]! + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[i]! + w[i]!) | 0
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}

function turn(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n))
}

/** The eight words that SHA-256 begins with. */
export function fresh(): Uint32Array {
  return start.slice()
}

/** The hash of some bytes, as eight words. */
export function sha256(bytes: Uint8Array): Uint32Array {
  const padded = new Uint8Array(((bytes.length + 8) >> 6 << 6) + 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 4, bytes.length * 8)
  const state = fresh()
  const words = new Uint32Array(16)
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + i * 4)
    block(state, words)
  }
  return state
}
