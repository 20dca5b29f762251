// The chat window. main reads where it stands, `chat.ts` is its state, `view/` draws it, `link.ts` speaks with the host
// page. Embedded it waits to be opened (or to resume) before it signs anybody in; standing alone it starts at once.
import "./frame.css"
import { render } from "preact"
import { openStore, realClock, VisitorApi } from "../wire"
import { Chat } from "./chat"
import { Keep } from "./keep"
import { Link } from "./link"
import { readPlace } from "./place"
import { announce } from "./announce"
import { dress } from "./dress"
import { App } from "./view/app"
import { loadWords } from "./words"

const place = readPlace(location, navigator.languages)
document.documentElement.lang = place.lang
if (place.look) dress(place.look)

const link = new Link(place.parent)
const chat = new Chat({
  ...place,
  page: () => link.page,
  api: new VisitorApi({ lang: place.lang }),
  keep: new Keep(`ichat:token:${place.site}`),
  url: `${location.origin.replace(/^http/, "ws")}/ws`,
  openStore: (name) => openStore(name, window.indexedDB, realClock),
  client: { locks: navigator.locks as never },
})
if (link.embedded) document.documentElement.classList.add("embedded")
if (place.preview) void import("./preview").then(({ play }) => play(chat, place.lang))
else if (!link.embedded) void chat.start()
chat.subscribe(() => chat.look && dress(chat.look))
for (const back of ["online", "visibilitychange"]) {
  addEventListener(back, () => document.visibilityState === "visible" && chat.client?.poke(), true)
}

void loadWords(place.lang).then((words) => {
  render(<App chat={chat} link={link} words={words} lang={place.lang} />, document.getElementById("app")!)
  announce(chat, link, words)
})
