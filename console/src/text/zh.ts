// Every text of the console in Chinese, a file for each part of the product.
import { admin } from "./zh/admin"
import { agent } from "./zh/agent"
import { base } from "./zh/base"
import { call } from "./zh/call"
import { im } from "./zh/im"
import { faq } from "./zh/faq"
import { history } from "./zh/history"
import { house } from "./zh/house"
import { mail } from "./zh/mail"
import { routing } from "./zh/routing"
import { safety } from "./zh/safety"
import { rooms } from "./zh/rooms"
import { sign } from "./zh/sign"
import { site } from "./zh/site"
import { team } from "./zh/team"
import { watch } from "./zh/watch"

export const zh = { ...base, ...sign, ...agent, ...rooms, ...history, ...admin, ...call, ...mail, ...faq, ...safety, ...watch, ...team, ...routing, ...site, ...im, ...house }
