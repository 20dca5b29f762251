import { type Row, fit } from "../../wire"
import { bodyOf, failed, replyOf, typeOf } from "../lines"
import { pieces } from "../links"
import type { Shared } from "./app"
import { Icon } from "./icons"
import { media, usePart } from "./lazy"
import { Quote } from "./quote"

/** The largest a picture gets inside the conversation. */
const wide = 232
const high = 280

/** One message: what it answers, what it says, and its actions. */
export function Message({ row, ...shared }: Shared & { row: Row }) {
  const { chat, words } = shared
  const reply = replyOf(row)
  const type = typeOf(row)
  const part = usePart(media, type !== "text")
  return (
    <div class={late(row, chat.connected) ? "message late" : "message"} data-key={row.key} data-seq={row.placed ? row.message.seq : undefined} tabIndex={-1}>
      {reply && <Quote {...shared} reply={reply} />}
      <div class="line">
        {type === "image" ? (
          <div class="bubble picture" style={place(row)}>
            {part && <part.Picture {...shared} row={row} />}
          </div>
        ) : type === "file" ? (
          <div class="bubble file">{part && <part.FileCard {...shared} row={row} />}</div>
        ) : (
          <p class="bubble">
            <Text of={bodyOf(row).text ?? ""} />
            {row.placed && row.message.edited_at && <small> {words.edited}</small>}
          </p>
        )}
        {row.placed && (
          <button class="more" tabIndex={-1} aria-label={words.more} title={words.more} aria-haspopup="menu">
            <Icon name="more" />
          </button>
        )}
      </div>
    </div>
  )
}

/** Reserved before anything is fetched, so that nothing jumps when it comes. */
function place(row: Row) {
  const { width, height } = bodyOf(row)
  const box = fit(width, height, wide, high)
  return { width: `${box.width}px`, aspectRatio: `${box.width} / ${box.height}` }
}

function Text({ of }: { of: string }) {
  return (
    <>
      {pieces(of).map((piece, i) =>
        piece.href ? (
          <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </>
  )
}

function late(row: Row, connected: boolean): boolean {
  return failed(row) || (!row.placed && row.item.state !== "acked" && !connected)
}
