import type { Chosen } from "../wire"

export type Picked = Chosen & { id: number; picture: boolean }

/** Measures a picture; undefined when it is none that can be drawn. */
export type Measure = (blob: Blob) => Promise<{ width: number; height: number } | undefined>

/** As many can lie in the tray at once. */
export const trayHolds = 10

/** Files that were chosen, pasted or dropped, until they are sent with the next message. */
export class Tray {
  picked: Picked[] = []
  /** More were given than it holds. */
  full = false
  readonly #measure: Measure
  readonly #changed: () => void
  #next = 1

  constructor(measure: Measure, changed: () => void) {
    this.#measure = measure
    this.#changed = changed
  }

  /** They are there at once; a picture's size follows. Pasted pictures have no name of their own. */
  async add(files: readonly (Blob & { name?: string })[]): Promise<void> {
    const room = trayHolds - this.picked.length
    this.full = files.length > room
    const added = files.slice(0, room).map((file): Picked => {
      const picture = /^image\/(png|jpeg|gif|webp)$/.test(file.type)
      return { id: this.#next++, blob: file, name: file.name || `file.${file.type.split("/")[1] ?? "bin"}`, picture }
    })
    this.picked = [...this.picked, ...added]
    this.#changed()
    for (const one of added.filter((one) => one.picture)) {
      const size = await this.#measure(one.blob)
      if (!size) continue
      this.picked = this.picked.map((other) => (other.id === one.id ? { ...other, ...size } : other))
      this.#changed()
    }
  }

  remove(id: number): void {
    this.picked = this.picked.filter((one) => one.id !== id)
    this.full = false
    this.#changed()
  }

  /** Empties it. */
  take(): Picked[] {
    const all = this.picked
    this.picked = []
    this.full = false
    this.#changed()
    return all
  }
}
