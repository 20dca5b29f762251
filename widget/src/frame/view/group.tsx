import { clockWords } from "../days"
import { type Line, failed } from "../lines"
import type { Item, Mark, Row } from "../../wire"
import type { Shared } from "./app"
import { Message } from "./bubble"
import { Face } from "./face"
import { Icon } from "./icons"
import { chosen, FileInput } from "./pick"

type GroupLine = Extract<Line, { kind: "group" }>

/** Bubbles of one sender within one minute, with one timestamp. */
export function Group({ line, last, ...shared }: Shared & { line: GroupLine; last: Row | undefined }) {
  const { chat, words, lang } = shared
  const person = chat.client?.people.get(line.sender) ?? (chat.live.agent?.id === line.sender ? chat.live.agent : undefined)
  const someone = { id: line.sender, name: person?.name || words.agent, avatar: person?.avatar ?? "" }
  const refused = line.rows.find(failed)
  const marked = last && line.rows.some((row) => row.key === last.key)
  return (
    <article class={`group ${line.own ? "own" : person?.kind}`}>
      {!line.own && <Face of={someone} size={28} />}
      <div class="bubbles">
        {line.named && <p class="name">{someone.name}</p>}
        {line.rows.map((row) => (
          <Message key={row.key} row={row} {...shared} />
        ))}
        {refused && !refused.placed ? (
          <Refused {...shared} item={refused.item} />
        ) : (
          <p class="stamp">
            <time dateTime={line.at.toISOString()} title={line.at.toLocaleString(lang)}>
              {clockWords(line.at, lang)}
            </time>
            {marked && <State {...shared} row={last} />}
          </p>
        )}
      </div>
    </article>
  )
}

function State({ chat, words, row }: Shared & { row: Row }) {
  const timeline = chat.client?.conversations.get(chat.live.conversation_id)
  const mark: Mark = row.placed ? (timeline?.mark(row.message) ?? "sent") : row.item.state === "acked" ? "sent" : "sending"
  const held = mark === "sending" && !chat.connected
  return (
    <>
      <span class={`state ${mark}`} title={words[mark]}>
        <Icon name={mark} size={15} />
        <span class={held ? "" : "unseen"}>{held ? words.unsent : words[mark]}</span>
      </span>
      {held && (
        <button class="inline" onClick={() => chat.client?.poke()}>
          {words.retry}
        </button>
      )}
    </>
  )
}

function Refused({ chat, words, item }: Shared & { item: Item }) {
  const { client_msg_id: id, lost, reason } = item
  const retry = () => chat.client?.outbox.retry(id)
  return (
    <p class="stamp refused" role="alert">
      <span>
        <Icon name="failed" size={15} />
        {lost ? words.lost : reason || words.failed}
      </span>
      <span>
        {lost ? (
          <FileInput class="inline" label={words.chooseAgain} take={([file]) => file && void chosen(file).then((one) => chat.client?.chooseAgain(id, one))}>
            {words.chooseAgain}
          </FileInput>
        ) : (
          <button class="inline" onClick={retry}>
            {words.retry}
          </button>
        )}
        <button class="inline" onClick={() => chat.client?.outbox.discard(id)}>
          {words.discard}
        </button>
      </span>
    </p>
  )
}

export function Typing({ chat, words }: Shared) {
  const person = chat.live.agent
  const name = person?.name || words.agent
  return (
    <div class="group">
      <Face of={{ id: person?.id ?? 0, name, avatar: person?.avatar ?? "" }} size={28} />
      <div class="bubbles">
        <p class="bubble dots" aria-label={words.typingLong(name)} role="img">
          <i />
          <i />
          <i />
        </p>
      </div>
    </div>
  )
}
