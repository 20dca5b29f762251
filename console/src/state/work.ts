// The work a device does before it registers somebody: numbers whose hashes begin with zeros, one for each puzzle.

import { block, fresh, sha256 } from "./sha256"

export type Work = { challenge: string; puzzles: number; bits: number }

/** The proof the server wants: the challenge and the numbers found. */
export function solve({ challenge, puzzles, bits }: Work): string {
  const seed = sha256(new TextEncoder().encode(challenge))
  return `${challenge}:${Array.from({ length: puzzles }, (_, i) => find(seed, i, bits)).join(",")}`
}

/** A hash is that of the seed, the puzzle's number and the number tried: 40 bytes, one block. */
function find(seed: Uint32Array, puzzle: number, bits: number): number {
  const words = new Uint32Array(16)
  words.set(seed)
  words[8] = puzzle
  words[10] = 0x80000000
  words[15] = 320
  const first = fresh()
  const state = fresh()
  for (let n = 0; ; n++) {
    words[9] = n
    state.set(first)
    block(state, words)
    if (state[0]! >>> (32 - bits) === 0) return n
  }
}
