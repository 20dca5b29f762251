import { useEffect, useReducer, useState } from "preact/hooks"
import type { Message } from "../../wire"
import { Faq as State } from "../faq"
import { faqWords } from "../words/faq"
import type { Shared } from "./app"

/** Before and between requests: questions that are answered at a click, whether the last answer helped, and the way to a person. */
export function Faq({ chat, words, lang }: Shared) {
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  const [faq] = useState(() => new State(chat.api, () => crypto.getRandomValues(new Uint32Array(4)).join("-").slice(0, 64)))
  const own = faqWords[lang]
  const draw = () => redraw(0)
  // Nobody is there yet in the preview of the back office: it asks for nothing.
  useEffect(() => void (chat.me > 0 && faq.load().then(draw, () => undefined)), [faq])
  const answer = lastAnswer(chat)
  const act = (doing: Promise<void>) => {
    draw()
    void doing.then(draw)
  }
  return (
    <>
      {answer && <Useful faq={faq} answer={answer} own={own} act={act} />}
      {faq.questions.length > 0 && (
        <section class="faq" aria-labelledby="faq">
          <h2 id="faq">{own.often}</h2>
          <ul>
            {faq.questions.map(({ id, question }) => (
              <li key={id}>
                <button onClick={() => act(faq.ask(id).then(() => chat.refresh()))} disabled={faq.asking !== 0} aria-busy={faq.asking === id}>
                  {question}
                </button>
              </li>
            ))}
          </ul>
          {faq.problem !== undefined && (
            <p class="flaw" role="alert">
              {faq.problem || words.notDone}
            </p>
          )}
        </section>
      )}
      {chat.live.bot && chat.rows.length > 0 && (
        <button class="person" onClick={() => chat.send(own.person)}>
          {own.person}
        </button>
      )}
    </>
  )
}

type Own = (typeof faqWords)["en"]

function Useful({ faq, answer, own, act }: { faq: State; answer: Message; own: Own; act: (doing: Promise<void>) => void }) {
  const said = faq.marks.get(answer.id)
  if (said !== undefined) {
    return (
      <p class="useful" role="status">
        {own.thanks}
      </p>
    )
  }
  return (
    <p class="useful">
      {own.useful}
      <button onClick={() => act(faq.mark(answer, true))}>{own.yes}</button>
      <button onClick={() => act(faq.mark(answer, false))}>{own.no}</button>
    </p>
  )
}

/** The last message, if it is an answer of the FAQ. */
function lastAnswer(chat: Shared["chat"]): Message | undefined {
  const last = chat.rows.at(-1)
  return last?.placed && last.message.body.bot && last.message.body.entry_id ? last.message : undefined
}
