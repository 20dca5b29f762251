import { useEffect, useState } from "preact/hooks"
import { type Measure, Tray } from "../tray"

export const measure: Measure = async (blob) => {
  try {
    const { width, height } = await createImageBitmap(blob)
    return { width, height }
  } catch {
    return undefined
  }
}

export function useTray(): Tray {
  const [, redraw] = useState(0)
  const [tray] = useState(() => new Tray(measure, () => redraw((n) => n + 1)))
  return tray
}

/** Files dragged anywhere over the window; true while one is. Folders have no bytes to send. */
export function useDrop(take: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const ends = new AbortController()
    const on = { signal: ends.signal }
    const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false
    addEventListener("dragover", (event) => {
      if (!files(event)) return
      event.preventDefault()
      setOver(true)
    }, on)
    addEventListener("dragleave", (event) => event.relatedTarget === null && setOver(false), on)
    addEventListener("drop", (event) => {
      if (!files(event)) return
      event.preventDefault()
      setOver(false)
      const items = [...event.dataTransfer!.items].filter((item) => !item.webkitGetAsEntry()?.isDirectory)
      take(items.flatMap((item) => item.getAsFile() ?? []))
    }, on)
    return () => ends.abort()
  }, [])
  return over
}
