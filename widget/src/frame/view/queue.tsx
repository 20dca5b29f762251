import type { Shared } from "./app"

/** Where one stands in line: the place, an honest range, and what to do meanwhile. */
export function QueueCard({ chat, words }: Shared) {
  const { place, estimate } = chat.live
  const range = estimate ? words.range(Math.round(estimate.from_s / 60), Math.ceil(estimate.to_s / 60)) : words.noRange
  return (
    <section class="queue" aria-live="polite">
      <p class="label">{words.place}</p>
      <p class="number">{place}</p>
      <p class="range">{place === 1 ? `${words.next} · ${range}` : range}</p>
      <p class="hint">{chat.live.words || words.meanwhile}</p>
    </section>
  )
}
