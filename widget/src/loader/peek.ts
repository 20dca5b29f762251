import type { Preview } from "../port"
import { attr, el } from "./dom"

/** Fills the bubble beside the launcher with the newest answer; a click on it opens, the cross puts it away. */
export function fillPeek(peek: HTMLElement, preview: Preview, laterWord: string, open: () => void): void {
  const face = el("span", "face", preview.initials)
  face.style.background = preview.face
  const said = el("button", "said")
  said.append(el("b", "", preview.name), el("span", "", preview.text))
  said.onclick = open
  const later = el("button", "later", "×")
  attr(later, "aria-label", laterWord)
  later.onclick = () => (peek.hidden = true)
  peek.replaceChildren(face, said, later)
  peek.hidden = false
}
