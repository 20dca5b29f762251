/** A picture in a viewer: how large it is drawn and where. Points are measured from the middle of the view. */
export class Zoom {
  scale = 1
  x = 0
  y = 0
  #view: { width: number; height: number }
  #picture: { width: number; height: number }

  /** `picture` as it is drawn at scale 1, fitted into `view`. */
  constructor(view: { width: number; height: number }, picture: { width: number; height: number }) {
    this.#view = view
    this.#picture = picture
  }

  get most(): number {
    return 8
  }

  /** Grows or shrinks around a point, which stays under the finger. */
  by(factor: number, at = { x: 0, y: 0 }): void {
    const scale = Math.min(this.most, Math.max(1, this.scale * factor))
    const grown = scale / this.scale
    this.scale = scale
    this.#to(at.x - (at.x - this.x) * grown, at.y - (at.y - this.y) * grown)
  }

  pan(dx: number, dy: number): void {
    this.#to(this.x + dx, this.y + dy)
  }

  /** In to the point, or out again. */
  toggle(at: { x: number; y: number }): void {
    if (this.scale > 1) this.by(1 / this.scale)
    else this.by(2.5, at)
  }

  /** The picture does not leave the view further than its own edge. */
  #to(x: number, y: number): void {
    const room = (side: "width" | "height") => Math.max(0, (this.#picture[side] * this.scale - this.#view[side]) / 2)
    this.x = clamp(x, room("width"))
    this.y = clamp(y, room("height"))
  }
}

function clamp(value: number, room: number): number {
  return Math.min(room, Math.max(-room, value)) || 0
}
