import { useState } from "preact/hooks"
import { cardWords } from "../words/cards"
import type { Shared } from "./app"

/** What the question is about, before it is written: one of the queues a visitor may choose. */
export function ChooseCard({ chat, lang, queues }: Shared & { queues: readonly { id: number; name: string }[] }) {
  const own = cardWords[lang]
  const [chosen, setChosen] = useState(chat.to.queue)
  const choose = (id: number) => setChosen((chat.to.queue = id))
  return (
    <section class="card" aria-labelledby="topics">
      <h2 id="topics">{own.ask}</h2>
      <div class="topics" role="radiogroup" aria-labelledby="topics">
        {queues.map(({ id, name }) => (
          <label key={id} class={id === chosen ? "lit" : ""}>
            <input type="radio" name="topic" class="unseen" checked={id === chosen} onChange={() => choose(id)} />
            {name}
          </label>
        ))}
      </div>
      <p class="hint" role="status">
        {chosen ? own.write : own.any}
      </p>
    </section>
  )
}
