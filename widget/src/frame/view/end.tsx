import { useEffect, useRef, useState } from "preact/hooks"
import { Fault } from "../../wire"
import type { Shared } from "./app"
import { Keepsake } from "./keepsake"

/** Asks once before the request is ended; stands where the composer stood. */
export function EndCard({ done, ...shared }: Shared & { done: () => void }) {
  const { chat, words } = shared
  const [problem, setProblem] = useState("")
  const stay = useRef<HTMLButtonElement>(null)
  useEffect(() => stay.current?.focus(), [])
  const end = async () => {
    try {
      await chat.end()
      done()
    } catch (error) {
      setProblem((error instanceof Fault && error.message) || words.unreachable)
    }
  }
  return (
    <section
      class="ending"
      role="alertdialog"
      aria-labelledby="ending"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return
        event.preventDefault()
        done()
      }}
    >
      <h2 id="ending">{words.endAsk}</h2>
      <p role="status">{problem || words.endHint}</p>
      <div class="row">
        <button class="plain" ref={stay} onClick={done}>
          {words.stay}
        </button>
        <button class="strong" onClick={() => void end()}>
          {chat.live.state === "waiting" ? words.leave : words.end}
        </button>
      </div>
      {chat.live.state === "open" && <Keepsake {...shared} />}
    </section>
  )
}
