// What is kept from a conversation on the reader's own disk.

import { attempt } from "../parts/notices"
import type { Media } from "../state/lines"
import type { Talk } from "../state/talk"

/** Downloads a file through a link made for it, which is good for minutes only; a refusal is told as a notice. */
export async function saveFile(talk: Talk, media: Media): Promise<void> {
  if (!media.id) return // not sent yet
  await attempt(async () => {
    const { url } = await talk.links(media.id)
    Object.assign(document.createElement("a"), { href: url, download: media.name }).click()
  })
}
