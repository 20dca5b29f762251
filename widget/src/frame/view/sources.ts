import { useEffect, useMemo, useState } from "preact/hooks"
import type { Chat } from "../chat"

/** An address for bytes that are here; taken back with the view. */
export function useBlob(blob: Blob | undefined): string | undefined {
  const url = useMemo(() => blob && URL.createObjectURL(blob), [blob])
  useEffect(() => () => void (url && URL.revokeObjectURL(url)), [url])
  return url
}

/** Whether it is on the screen or near it, or once was. */
export function useSeen(element: { current: Element | null }): boolean {
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    const eye = new IntersectionObserver(([entry]) => entry!.isIntersecting && setSeen(true), { rootMargin: "400px" })
    eye.observe(element.current!)
    return () => eye.disconnect()
  }, [element])
  return seen
}

/** The address of a stored picture, asked for when it is wanted; `again` asks for a new one, once by itself. */
export function useLink(chat: Chat, file: number | undefined, size: "url" | "thumb_url", wanted: boolean) {
  const links = chat.client?.links
  const [tries, setTries] = useState(0)
  const [found, setFound] = useState<{ url?: string; failed?: boolean }>({})
  useEffect(() => {
    if (!links || !file || !wanted) return undefined
    let over = false
    links.get(file).then(
      (answer) => over || setFound({ url: answer[size] || answer.url }),
      () => over || setFound({ failed: true }),
    )
    return () => void (over = true)
  }, [links, file, wanted, tries])
  const again = () => {
    if (file) links?.drop(file)
    setFound({})
    setTries(tries + 1)
  }
  return { ...found, again, broke: () => (tries === 0 ? again() : setFound({ failed: true })) }
}

/** Fetches a file to the visitor's disk, by its short-lived link. */
export async function download(chat: Chat, file: number, name: string): Promise<void> {
  const links = await chat.client!.links.get(file)
  const anchor = document.createElement("a")
  anchor.href = links.url
  anchor.download = name
  anchor.click()
}
