import { useReducer, useState } from "preact/hooks"
import { Rating } from "../rating"
import type { Shared } from "./app"

const star = "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8L12 3.5Z"

type Asking = Pick<Shared, "words"> & { rating: Rating; act: (then: () => void) => void }

/** Asks how it was: five stars, a word or two, thanks. What was given can be changed for a day. */
export function RateCard({ chat, words }: Shared) {
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  const [rating] = useState(() => new Rating(chat.live.rating, (stars, comment) => chat.rate(stars, comment)))
  const act = (then: () => void) => {
    then()
    redraw(0)
  }
  if (rating.state === "thanks") return <Thanks rating={rating} act={act} words={words} />
  const given = chat.live.rating !== null
  return (
    <section class="card" aria-labelledby="rate">
      <h2 id="rate">{words.rateAsk}</h2>
      <Choice rating={rating} act={act} words={words} />
      {rating.stars > 0 && <More rating={rating} act={act} words={words} />}
      <div class="row">
        <button class="plain" onClick={() => (given ? act(() => (rating.state = "thanks")) : chat.putRatingOff())}>
          {given ? words.cancel : words.later}
        </button>
        {rating.stars > 0 && (
          <button class="main" onClick={() => act(() => void rating.send().then(() => redraw(0)))} disabled={rating.state === "sending"}>
            {words.rateSend}
          </button>
        )}
      </div>
    </section>
  )
}

function Thanks({ rating, act, words }: Asking) {
  return (
    <section class="card thanks" role="status">
      <Stars of={rating.stars} label={`${words.yourRating}: ${words.stars[rating.stars - 1]}`} />
      <p>{words.thanks}</p>
      <button class="inline" onClick={() => act(() => rating.change())}>
        {words.change}
      </button>
    </section>
  )
}

function More({ rating, act, words }: Asking) {
  return (
    <>
      <textarea
        class="field"
        rows={2}
        maxLength={1000}
        placeholder={words.rateMore}
        aria-label={words.rateMore}
        value={rating.comment}
        onInput={(event) => act(() => (rating.comment = event.currentTarget.value))}
      />
      {rating.problem !== undefined && (
        <p class="flaw" role="alert">
          {rating.problem || words.notDone}
        </p>
      )}
    </>
  )
}

/** A radio group: one stop for Tab, arrow keys inside. */
function Choice({ rating, act, words }: Asking) {
  return (
    <>
      <div class="choice" role="radiogroup" aria-labelledby="rate">
        {words.stars.map((word, i) => (
          <label key={i} class={i < rating.stars ? "lit" : ""} title={word}>
            <input type="radio" name="stars" class="unseen" checked={rating.stars === i + 1} aria-label={`${i + 1}, ${word}`} onChange={() => act(() => rating.choose(i + 1))} />
            <Star />
          </label>
        ))}
      </div>
      <p class="hint" aria-hidden="true">
        {words.stars[rating.stars - 1] ?? "\u00a0"}
      </p>
    </>
  )
}

function Stars({ of, label }: { of: number; label: string }) {
  return (
    <span class="stars" role="img" aria-label={label}>
      {[1, 2, 3, 4, 5].map((n) => (
        <span key={n} class={n <= of ? "lit" : ""}>
          <Star />
        </span>
      ))}
    </span>
  )
}

function Star() {
  return (
    <svg class="star" viewBox="0 0 24 24" aria-hidden="true">
      <path d={star} />
    </svg>
  )
}
