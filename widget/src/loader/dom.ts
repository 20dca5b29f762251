import css from "./loader.css?inline"

export const bubble = "M21 11.5a8.4 8.4 0 0 1-12.2 7.6L3.5 20.5l1.4-5.1A8.4 8.4 0 1 1 21 11.5ZM8.5 10h7M8.5 13.5h4.5"
export const chevron = "m6 9.5 6 6 6-6"

export function el<K extends keyof HTMLElementTagNameMap>(tag: K, name = "", text = ""): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  node.className = name
  node.textContent = text
  return node
}

export function attr(node: Element, name: string, value: string): void {
  node.setAttribute(name, value)
}

export function icon(name: string, path: string): SVGElement {
  const svg = draw("svg", "viewBox", "0 0 24 24")
  attr(svg, "class", name)
  svg.append(draw("path", "d", path))
  return svg
}

function draw(tag: "svg" | "path", name: string, value: string): SVGElement {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
  attr(node, name, value)
  return node
}

/** A constructed sheet passes a strict policy; a style element is for browsers that have none. */
export function style(shadow: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    shadow.adoptedStyleSheets = [sheet]
  } catch {
    shadow.append(el("style", "", css))
  }
}
