import { sizeWords } from "../../wire"
import type { Picked, Tray } from "../tray"
import type { Shared } from "./app"
import { Icon } from "./icons"
import { useBlob } from "./sources"

/** What will leave with the next message. */
export function TrayView({ tray, words, lang }: Shared & { tray: Tray }) {
  return (
    <>
      {tray.picked.length > 0 && (
        <ul class="tray">
          {tray.picked.map((one) => (
            <li key={one.id}>
              {one.width ? <Thumb of={one} /> : <Icon name="file" size={24} />}
              <span class="about">
                <span class="title">{one.name}</span>
                <span class="size">{sizeWords(one.blob.size, lang)}</span>
              </span>
              <button class="tool" onClick={() => tray.remove(one.id)} aria-label={`${words.discard}: ${one.name}`} title={words.discard}>
                <Icon name="cross" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {tray.full && (
        <p class="left over" role="status">
          {words.trayFull}
        </p>
      )}
    </>
  )
}

function Thumb({ of }: { of: Picked }) {
  return <img src={useBlob(of.blob)} alt="" />
}
