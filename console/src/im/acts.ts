// What can be done with a friend, the same in the menu and on the card.

import type { IconName } from "../parts/Icon.vue"
import { t } from "../parts/ui"

export type FriendAct = "share" | "remark" | "move" | "remove" | "block" | "report"
export type FriendItem = { key: FriendAct | "write" | "card" | "unblock"; icon: IconName; text: string; bad?: boolean }

export function friendItems(blocked: boolean): FriendItem[] {
  return [
    { key: "write", icon: "chat", text: t("im.write") },
    { key: "card", icon: "person", text: t("im.card") },
    { key: "share", icon: "forward", text: t("card.send") },
    { key: "remark", icon: "edit", text: t("im.remark") },
    { key: "move", icon: "folder", text: t("im.move") },
    blocked ? { key: "unblock", icon: "ban", text: t("im.unblock") } : { key: "block", icon: "ban", text: t("im.block"), bad: true },
    { key: "report", icon: "flag", text: t("im.report"), bad: true },
    { key: "remove", icon: "bin", text: t("im.remove"), bad: true },
  ]
}
