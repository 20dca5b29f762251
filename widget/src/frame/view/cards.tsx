import type { Shared } from "./app"
import { AwayCard } from "./away"
import { ChooseCard } from "./choose"
import { Faq } from "./faq"
import { Keepsake } from "./keepsake"
import { RateCard } from "./rate"

export { EndCard } from "./end"

/** What is asked under the messages: what people often ask, how it was, what the next question is about, whether to take it along, or where the answer may go while nobody is here. */
export function AskCard(shared: Shared) {
  const { chat } = shared
  return (
    <>
      {chat.rates ? <RateCard key={chat.live.ticket_id} {...shared} /> : chat.lonely && <AwayCard {...shared} />}
      {chat.live.choose && <ChooseCard {...shared} queues={chat.live.choose} />}
      {(chat.live.state === "closed" || chat.live.state === "none") && <Faq {...shared} />}
      {chat.live.state === "closed" && <Keepsake key={`keep ${chat.live.ticket_id}`} {...shared} />}
    </>
  )
}
