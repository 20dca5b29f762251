import type { Lang } from "../wire"

/** Everything the chat window says. One language is loaded, the other stays on the server. */
export type Words = {
  [K in Plain]: string
} & {
  here: (agents: number) => string
  typingLong: (name: string) => string
  /** Minutes, honest: a range. */
  range: (from: number, to: number) => string
  letters: (left: number) => string
  recalledBy: (name: string) => string
  answering: (name: string) => string
  /** What one to five stars mean. */
  stars: readonly [string, string, string, string, string]
  system: Record<string, (args: Record<string, string>) => string>
}

type Plain =
  | "agent" | "hello" | "inLine" | "withYou" | "ended" | "typing" | "place" | "next" | "noRange"
  | "meanwhile" | "offline" | "unreachable" | "sending" | "sent" | "delivered" | "read" | "unsent" | "failed" | "edited" | "retry"
  | "discard" | "write" | "again" | "send" | "emoji" | "close" | "end" | "leave" | "endAsk" | "endHint" | "stay"
  | "newest" | "log" | "today" | "yesterday" | "gone" | "goneHint" | "refused"
  | "attach" | "drop" | "cancel" | "picture" | "openPicture" | "noPicture" | "download" | "lost" | "chooseAgain" | "trayFull"
  | "more" | "copy" | "reply" | "recall" | "youRecalled" | "quoteGone" | "you" | "zoomIn" | "zoomOut" | "closePicture"
  | "rateAsk" | "rateMore" | "rateSend" | "later" | "thanks" | "change" | "yourRating"
  | "awayTitle" | "closed" | "awayHint" | "contactHint" | "name" | "email" | "phone" | "contactSend" | "contactSaved" | "contactKept"
  | "needContact" | "badEmail" | "badPhone" | "notDone"

export async function loadWords(lang: Lang): Promise<Words> {
  return (await (lang === "zh-CN" ? import("./words/zh") : import("./words/en"))).words
}
