import { useState } from "preact/hooks"
import { Fault } from "../../wire"
import { altOf, lines } from "../lines"
import { keepsakeWords } from "../words/keepsake"
import type { Shared } from "./app"
import { nameOf } from "./quote"

type State = "idle" | "asking" | "sending" | "sent"

/** One and the same function, so that it is called when the field appears and not again: what is pushed takes nobody away from what he writes. */
const enter = (field: HTMLInputElement | null) => field?.focus()

/** Takes the conversation along: by mail where the server can, or as a text file. */
export function Keepsake(shared: Shared) {
  const { chat, lang, words } = shared
  const own = keepsakeWords[lang]
  const [state, setState] = useState<State>("idle")
  const [email, setEmail] = useState("")
  const [problem, setProblem] = useState("")
  const send = async (event: Event) => {
    event.preventDefault()
    const to = email.trim()
    if (!/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(to)) return setProblem(own.bad)
    setProblem("")
    setState("sending")
    try {
      await chat.api.transcript(to)
      setState("sent")
    } catch (error) {
      setProblem((error instanceof Fault && (Object.values(error.fields)[0] ?? error.message)) || words.notDone)
      setState("asking")
    }
  }
  if (state === "asking" || state === "sending") {
    return (
      <form class="keepsake" onSubmit={(event) => void send(event)} noValidate>
        <input
          class="field"
          inputMode="email"
          name="transcript"
          autocomplete="email"
          maxLength={254}
          placeholder={own.address}
          aria-label={own.address}
          aria-invalid={problem !== ""}
          value={email}
          ref={enter}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <button class="main" disabled={state === "sending"}>
          {own.send}
        </button>
        {problem && (
          <p class="flaw" role="alert">
            {problem}
          </p>
        )}
      </form>
    )
  }
  return (
    <p class="keepsake" role="status">
      {state === "sent" ? (
        <span>
          {own.done} {email.trim()}
        </span>
      ) : (
        chat.live.may_mail && (
          <button class="inline mail" onClick={() => setState("asking")}>
            {own.mail}
          </button>
        )
      )}
      <button class="inline save" onClick={() => void save(shared).catch(() => chat.say(words.notDone))}>
        {own.save}
      </button>
    </p>
  )
}

/** Fetches what is not loaded yet, up to two thousand messages, and hands it to the browser as a file. */
async function save({ chat, words, lang }: Shared): Promise<void> {
  for (let pages = 0; pages < 40 && (await chat.client?.older(chat.live.conversation_id)); pages++);
  const time = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" })
  const said = lines(chat.rows, chat.me).flatMap((line) =>
    line.kind === "group" ? line.rows.map((row) => `${nameOf(line.sender, chat, words)}  ${time.format(line.at)}\n${altOf(row, words)}\n`) : [],
  )
  const address = URL.createObjectURL(new Blob([said.join("\n")], { type: "text/plain;charset=utf-8" }))
  const anchor = document.createElement("a")
  anchor.href = address
  anchor.download = `${chat.look?.name || "chat"} ${new Date().toISOString().slice(0, 10)}.txt`
  anchor.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
