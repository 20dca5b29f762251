import { useEffect, useState } from "preact/hooks"
import extra from "../extra.css?url"

let sheet: Promise<unknown> | undefined

/** A part of the window that is fetched when it is first needed, together with the looks of all such parts. */
export class Part<T extends object> {
  /** The part, once it is here. */
  here: T | undefined
  readonly #load: () => Promise<T>

  constructor(load: () => Promise<T>) {
    this.#load = load
  }

  /** Rejects when it cannot be fetched now; the next call tries again. */
  async get(): Promise<T> {
    if (this.here) return this.here
    const loading = this.#load()
    await (sheet ??= dress())
    return (this.here = await loading)
  }
}

export const cards = new Part(() => import("./cards"))
export const media = new Part(() => import("./media"))
export const menu = new Part(() => import("./menu"))
export const viewer = new Part(() => import("./viewer"))

/** A part inside a view: nothing until it is there. */
export function usePart<T extends object>(part: Part<T>, wanted: boolean): T | undefined {
  const [, redraw] = useState(false)
  useEffect(() => {
    if (wanted && !part.here) part.get().then(() => redraw(true), () => undefined)
  }, [wanted])
  return wanted ? part.here : undefined
}

function dress(): Promise<unknown> {
  return new Promise((worn) => {
    const link = document.createElement("link")
    link.rel = "stylesheet"
    link.href = extra
    link.onload = link.onerror = worn
    document.head.append(link)
  })
}
