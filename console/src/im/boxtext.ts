// What an entry of the message box says.

import { t } from "../parts/ui"
import type { BoxItem } from "../state/imapi"
import { has, type Key } from "../text/words"

/** boxText words an entry for its owner; of a kind that is newer than this page it says only that there is something. */
export function boxText(item: BoxItem, me: number, called: string): string {
  if (item.kind === "report_done" && item.from.id) return t("im.box.report_about", { name: called })
  const mine = `im.box.mine.${item.kind}`
  if (item.from.id === me && has(mine)) return t(mine, { group: item.about })
  const key = `im.box.${item.kind}`
  return has(key) ? t(key, { group: item.about }) : t("im.box.other")
}

/** ofHouse tells whether those who run the server say it, not the person it is about. */
export function ofHouse(item: BoxItem, me: number): boolean {
  return !item.from.id || item.from.id === me || item.kind === "report_done"
}

/** followedText says what followed from a report. */
export function followedText(item: BoxItem): string {
  if (item.kind !== "report_done" || !item.about) return ""
  const list = item.about.split(",").map((one) => (has(`house.followed.${one}`) ? t(`house.followed.${one}` as Key) : one))
  return t("im.box.followed", { list: list.join(", ") })
}
