// Which square of a picture a face shows, and how it is moved about: in the picture's own pixels. Pure.

export type Square = { x: number; y: number; side: number }

/** How far one may come closer. */
export const closest = 4

export class Crop {
  readonly width: number
  readonly height: number
  readonly square: Square

  constructor(width: number, height: number, square?: Square) {
    this.width = width
    this.height = height
    const side = Math.min(width, height)
    this.square = square ?? { x: (width - side) / 2, y: (height - side) / 2, side }
  }

  /** 1 shows as much as fits, `closest` a quarter of that. */
  get zoom(): number {
    return Math.min(this.width, this.height) / this.square.side
  }

  /** Moves the square by a share of its side. */
  moved(right: number, down: number): Crop {
    const { x, y, side } = this.square
    return this.#at(x + right * side, y + down * side, side)
  }

  /** Comes closer or steps back, about the middle of what is seen. */
  zoomed(zoom: number): Crop {
    const { x, y, side } = this.square
    const next = Math.min(this.width, this.height) / Math.min(closest, Math.max(1, zoom))
    return this.#at(x + (side - next) / 2, y + (side - next) / 2, next)
  }

  #at(x: number, y: number, side: number): Crop {
    const within = (value: number, most: number): number => Math.max(0, Math.min(value, most))
    return new Crop(this.width, this.height, { x: within(x, this.width - side), y: within(y, this.height - side), side })
  }
}
