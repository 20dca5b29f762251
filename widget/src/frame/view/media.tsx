import type { ComponentChildren, ComponentType } from "preact"
import { useRef, useState } from "preact/hooks"
import { type Row, sizeWords } from "../../wire"
import { bodyOf } from "../lines"
import type { Shared } from "./app"
import { Icon } from "./icons"
import { viewer } from "./lazy"
import { download, useBlob, useLink, useSeen } from "./sources"
import type { ViewerProps } from "./viewer"

export { TrayView } from "./tray"

/** A picture, inside its reserved place: the visitor's own file until the server's thumbnail is there. A tap opens it. */
export function Picture({ row, ...shared }: Shared & { row: Row }) {
  const { chat, words } = shared
  const { file_id, name = "", width, height } = bodyOf(row)
  const place = useRef<HTMLButtonElement>(null)
  const seen = useSeen(place)
  const own = useBlob(chat.client?.outbox.file(row.key))
  const link = useLink(chat, file_id, "thumb_url", seen && !own)
  const [Viewer, setViewer] = useState<ComponentType<ViewerProps>>()
  const source = own ?? link.url
  const open = async () => {
    if (link.failed) return link.again()
    const { Viewer: loaded } = await viewer.get()
    setViewer(() => loaded)
  }
  return (
    <>
      <button class="open" ref={place} onClick={() => void open()} aria-label={link.failed ? words.noPicture : `${words.openPicture}: ${name}`} title={link.failed ? words.noPicture : name}>
        {source && !link.failed ? <img src={source} alt="" draggable={false} onError={() => !own && link.broke()} /> : link.failed && <Icon name="picture" size={32} />}
      </button>
      <OnItsWay row={row} {...shared} />
      {Viewer && <Viewer {...shared} file={file_id} name={name} small={source} width={width} height={height} done={() => setViewer(undefined)} />}
    </>
  )
}

/** A file: what it is called, how large it is, and the way to have it. */
export function FileCard({ row, ...shared }: Shared & { row: Row }) {
  const { chat, words, lang } = shared
  const { file_id, name = "", size = 0 } = bodyOf(row)
  const upload = row.placed ? undefined : chat.client?.outbox.upload(row.key)
  const fetch = () => {
    if (file_id) download(chat, file_id, name).catch(() => chat.say(words.notDone))
  }
  const said = (
    <>
      <span class="kind">
        <Icon name="file" size={24} />
      </span>
      <span class="about">
        <span class="title">{name}</span>
        <span class="size">{upload ? `${sizeWords(upload.sent, lang)} / ${sizeWords(size, lang)}` : sizeWords(size, lang)}</span>
      </span>
    </>
  )
  if (row.placed) {
    return (
      <button class="open" onClick={fetch} aria-label={`${words.download}: ${name}, ${sizeWords(size, lang)}`} title={words.download}>
        {said}
        <Icon name="load" />
      </button>
    )
  }
  return (
    <div class="open">
      {said}
      <OnItsWay row={row} {...shared} />
    </div>
  )
}

/** How far an upload got, and the way to stop it. */
function OnItsWay({ row, chat, words }: Shared & { row: Row }): ComponentChildren {
  if (row.placed || row.item.state !== "uploading") return null
  const share = chat.client?.outbox.upload(row.key)?.share ?? 0
  const round = 2 * Math.PI * 15
  return (
    <span class="way" role="progressbar" aria-label={words.sending} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
      <svg viewBox="0 0 36 36" aria-hidden="true">
        <circle cx="18" cy="18" r="15" />
        <circle class="done" cx="18" cy="18" r="15" stroke-dasharray={`${round * Math.max(0.02, share)} ${round}`} />
      </svg>
      <button onClick={() => chat.client?.outbox.discard(row.key)} aria-label={words.cancel} title={words.cancel}>
        <Icon name="cross" size={16} />
      </button>
    </span>
  )
}
