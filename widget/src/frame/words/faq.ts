import type { Lang } from "../../wire"

/** What is said about the questions a site answers at once; fetched with the card that shows them. */
export const faqWords: Record<Lang, Record<"often" | "person" | "useful" | "yes" | "no" | "thanks", string>> = {
  en: {
    often: "People often ask",
    person: "Talk to a person",
    useful: "Was this useful?",
    yes: "Useful",
    no: "Not useful",
    thanks: "Thank you for telling us",
  },
  "zh-CN": {
    often: "猜您想问",
    person: "转人工",
    useful: "这个回答有帮助吗？",
    yes: "有帮助",
    no: "没帮助",
    thanks: "感谢您的反馈",
  },
}
