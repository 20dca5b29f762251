// What an entry of the message box says.

import { t } from "../parts/ui"
import type { BoxItem } from "../state/imapi"
import { has } from "../text/words"

/** boxText words an entry; of a kind that is newer than this page it says only that there is something. */
export function boxText(item: BoxItem): string {
  const key = `im.box.${item.kind}`
  return has(key) ? t(key, { group: item.about }) : t("im.box.other")
}
