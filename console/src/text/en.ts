// Every text of the console in English, a file for each part of the product.
import { admin } from "./en/admin"
import { agent } from "./en/agent"
import { base } from "./en/base"
import { call } from "./en/call"
import { im } from "./en/im"
import { faq } from "./en/faq"
import { history } from "./en/history"
import { house } from "./en/house"
import { mail } from "./en/mail"
import { routing } from "./en/routing"
import { safety } from "./en/safety"
import { rooms } from "./en/rooms"
import { sign } from "./en/sign"
import { site } from "./en/site"
import { team } from "./en/team"
import { watch } from "./en/watch"

export const en = { ...base, ...sign, ...agent, ...rooms, ...history, ...admin, ...call, ...mail, ...faq, ...safety, ...watch, ...team, ...routing, ...site, ...im, ...house }
