import type { Shared } from "./app"
import { AwayCard } from "./away"
import { Keepsake } from "./keepsake"
import { RateCard } from "./rate"

export { EndCard } from "./end"

/** What is asked under the messages: how it was, whether to take it along, or where the answer may go while nobody is here. */
export function AskCard(shared: Shared) {
  const { chat } = shared
  return (
    <>
      {chat.rates ? <RateCard key={chat.live.ticket_id} {...shared} /> : chat.lonely && <AwayCard {...shared} />}
      {chat.live.state === "closed" && <Keepsake key={`keep ${chat.live.ticket_id}`} {...shared} />}
    </>
  )
}
