import type { FromHost, ToFrame, ToHost } from "../port"
import type { SiteLook } from "../wire/protocol"
import { el } from "./dom"

export type Bridge = {
  /** Fetches the frame, once; it connects only when it is told to. */
  load(): HTMLIFrameElement
  /** Says something to the frame, loading it where needed. */
  tell(said: ToFrame): void
  close(): void
}

/** The frame inside `pane` and the port to it, handed over at exact origins. */
export function bridge(pane: Element, origin: string, look: SiteLook, lang: string, hear: (said: ToHost) => void): Bridge {
  const early: ToFrame[] = []
  let frame: HTMLIFrameElement | undefined
  let port: MessagePort | undefined
  const post = (said: ToFrame): void => port!.postMessage({ ...said, page: location.href } satisfies FromHost)

  const load = (): HTMLIFrameElement => {
    if (frame) return frame
    const made = (frame = el("iframe"))
    made.title = look.title || look.name
    made.src = `${origin}/widget/frame?${new URLSearchParams({ site: look.key, parent: location.origin })}#${encodeURIComponent(JSON.stringify({ lang, look }))}`
    made.onload = () => {
      const channel = new MessageChannel()
      port = channel.port1
      port.onmessage = (event: MessageEvent<ToHost>) => hear(event.data)
      made.contentWindow!.postMessage("ichat", origin, [channel.port2])
      early.splice(0).forEach(post)
    }
    pane.append(made)
    return made
  }

  return {
    load,
    tell(said) {
      load()
      if (port) post(said)
      else early.push(said)
    },
    close: () => port?.close(),
  }
}
