// What is being written and not sent yet, on whichever page: texts, chosen files, and replies to take from.

import type { CannedBook } from "./canned"
import type { Drafts } from "./drafts"
import type { ChosenFiles } from "./files"

export interface Writing {
  readonly drafts: Drafts
  readonly files: ChosenFiles
  /** Where replies are kept for all to use; the messenger has none. */
  readonly canned: CannedBook | undefined
}
