import type { Lang } from "../../wire"

/** What only the cards under the messages say; fetched with them. */
export const cardWords: Record<Lang, Record<"ask" | "write" | "any" | "busy" | "sorry", string>> = {
  en: {
    ask: "What is it about?",
    write: "Now write your question below",
    any: "Not sure? Just write, we will find out",
    busy: "Many people are waiting",
    sorry: "Sorry to keep you waiting",
  },
  "zh-CN": {
    ask: "想咨询哪方面的问题？",
    write: "请在下方写下您的问题",
    any: "不确定也没关系，直接写就好",
    busy: "现在排队的人很多",
    sorry: "抱歉，让您久等了",
  },
}
