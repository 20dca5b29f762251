import { useEffect, useReducer, useState } from "preact/hooks"
import { Contact } from "../contact"
import { opensWords } from "../hours"
import { Keep } from "../keep"
import { cardWords } from "../words/cards"
import type { Shared } from "./app"

/** A timer cannot be set for longer than this. */
const longest = 2 ** 31 - 1

/**
 * Nobody is at work: until when, what that means, and, once something is written, how the answer may reach the visitor.
 */
export function AwayCard(shared: Shared) {
  const { chat, words, lang } = shared
  const { closed, opens_at: opens } = chat.live
  const written = chat.live.state === "waiting" || chat.live.state === "open"
  const { apology, busy, words: said } = chat.live
  const title = closed ? words.closed : apology ? cardWords[lang].sorry : busy ? cardWords[lang].busy : words.awayTitle
  const goesOn = chat.look?.when_away === "continue"
  useEffect(() => {
    if (!opens) return undefined
    const timer = setTimeout(() => void chat.refresh(), Math.min(Math.max(Date.parse(opens) - Date.now(), 0) + 1_000, longest))
    return () => clearTimeout(timer)
  }, [opens])
  return (
    <section class="card away" aria-labelledby="away">
      <h2 id="away">{title}</h2>
      {opens && (
        <p class="opens">
          <time dateTime={opens}>{opensWords(new Date(opens), new Date(), lang)}</time>
        </p>
      )}
      {chat.live.state === "waiting" && !closed && (
        <p class="queue">
          {words.place} <b class="number">{chat.live.place}</b>
        </p>
      )}
      {written && !goesOn ? <ContactForm key={chat.live.ticket_id} {...shared} /> : <p class="hint">{said || chat.look?.away || words.awayHint}</p>}
    </section>
  )
}

function ContactForm({ chat, words }: Shared) {
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  const [keep] = useState(() => new Keep(`ichat:contact:${chat.look?.key ?? ""}`))
  const ticket = `${chat.live.ticket_id}`
  const [contact] = useState(() => new Contact(keep.get() === ticket, (given) => chat.leaveContact(given).then(() => keep.set(ticket))))
  const send = (event: Event) => {
    event.preventDefault()
    void contact.send().then(() => redraw(0))
    redraw(0)
  }
  if (contact.state === "saved") {
    const change = () => {
      contact.change()
      redraw(0)
    }
    return <Saved words={words} change={change} />
  }
  const flaws = { need: words.needContact, email: words.badEmail, phone: words.badPhone }
  const wrong = contact.flaw ? flaws[contact.flaw] : contact.problem !== undefined && (contact.problem || words.notDone)
  return (
    <form onSubmit={send}>
      <p class="hint">{words.contactHint}</p>
      <Field of={contact} name="email" keys="email" fills="email" words={words} />
      <Field of={contact} name="phone" keys="tel" fills="tel" words={words} />
      <Field of={contact} name="name" keys="text" fills="name" words={words} />
      {wrong && (
        <p class="flaw" role="alert" id="flaw">
          {wrong}
        </p>
      )}
      <button class="main" disabled={contact.state === "sending"}>
        {words.contactSend}
      </button>
    </form>
  )
}

type FieldProps = Pick<Shared, "words"> & { of: Contact; name: "name" | "email" | "phone"; keys: "email" | "tel" | "text"; fills: "email" | "tel" | "name" }

/** No type="email": the form looks itself, the browser's own words would come in the browser's language. */
function Field({ of: contact, name, keys, fills, words }: FieldProps) {
  const wrong = contact.flaw === name || (contact.flaw === "need" && name !== "name")
  return (
    <label>
      <span>{words[name]}</span>
      <input
        class="field"
        inputMode={keys}
        name={name}
        autocomplete={fills}
        maxLength={200}
        value={contact[name]}
        aria-invalid={wrong}
        aria-describedby={wrong ? "flaw" : undefined}
        onInput={(event) => (contact[name] = event.currentTarget.value)}
      />
    </label>
  )
}

function Saved({ words, change }: Pick<Shared, "words"> & { change: () => void }) {
  return (
    <div role="status">
      <p class="kept">{words.contactSaved}</p>
      <p class="hint">{words.contactKept}</p>
      <button class="inline" onClick={change}>
        {words.change}
      </button>
    </div>
  )
}
