import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { accentFor, contrast, grounds, inkOn } from "./colour"
import { faceColour, faceColours } from "./face"

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8")
const css = read("./look.css")
const loader = read("./loader/loader.css")

type Tokens = Record<string, string>

/** The colours set by the rule that begins with `selector`. */
function tokens(source: string, selector: string): Tokens {
  const at = source.indexOf(`${selector} {`)
  if (at < 0) throw new Error(`no rule ${selector}`)
  const rule = source.slice(at, source.indexOf("}", at))
  return Object.fromEntries([...rule.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!.trim()]))
}

const light = tokens(css, '[data-theme="light"]')
const dark = tokens(css, '\n[data-theme="dark"]')
const auto = tokens(css, ':root:not([data-theme="light"]):not([data-theme="dark"])')

/** Every text colour with each ground it stands on. */
const text: [string, string[]][] = [
  ["ink", ["paper", "raised", "sunken", "note", "accent-soft", "good-soft", "warn-soft", "bad-soft"]],
  ["ink-2", ["paper", "raised", "sunken", "note", "accent-soft"]],
  ["accent-ink", ["accent"]],
  ["accent-text", ["paper", "raised", "sunken", "accent-soft"]],
  ["good", ["paper", "raised", "sunken", "good-soft"]],
  ["warn", ["paper", "raised", "sunken", "warn-soft"]],
  ["bad", ["paper", "raised", "sunken", "bad-soft"]],
  ["paper", ["bad"]],
]

/** Shapes that carry meaning without text. */
const shapes: [string, string[]][] = [
  ["focus", ["paper", "raised", "sunken"]],
  ["edge", ["paper", "sunken"]],
  ["accent", ["paper"]],
  ["accent-text", ["accent-soft"]],
  ["star", ["paper"]],
  ["edge", ["raised"]],
]

for (const [theme, set] of [["light", light], ["dark", dark]] as const) {
  test.each(text.flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground] as const)))(`${theme}: %s can be read on %s`, (ink, ground) => {
    expect(contrast(set[ink]!, set[ground]!)).toBeGreaterThanOrEqual(4.5)
  })
  test.each(shapes.flatMap(([shape, grounds]) => grounds.map((ground) => [shape, ground] as const)))(`${theme}: %s can be seen on %s`, (shape, ground) => {
    expect(contrast(set[shape]!, set[ground]!)).toBeGreaterThanOrEqual(3)
  })
}

test("the system's dark is the chosen dark, and both themes know the same tokens", () => {
  expect(auto).toEqual(dark)
  expect(Object.keys(dark)).toEqual(Object.keys(light))
})

test("computed colours stand on the same grounds as the tokens", () => {
  for (const [theme, set] of [["light", light], ["dark", dark]] as const) {
    for (const [name, value] of Object.entries(grounds[theme])) expect(set[name]).toBe(value)
  }
})

test("the launcher's own colours are the tokens, and its badge and close can be read", () => {
  for (const [selector, set] of [[".root", light], [".root.dark", dark]] as const) {
    const own = tokens(loader, selector)
    for (const name of ["paper", "ink", "ink-2"]) expect(own[name]).toBe(set[name])
    expect(contrast(own["ink-2"]!, own["paper"]!)).toBeGreaterThanOrEqual(4.5)
  }
  expect(contrast("#ffffff", "#c8291f")).toBeGreaterThanOrEqual(4.5)
  expect(loader).toContain("#c8291f")
})

test("the picture viewer's own colours can be read", () => {
  const viewer = read("./frame/extra.css")
  for (const colour of ["#100f0e", "#f3f0ea", "#282622", "#7fb3ff"]) expect(viewer).toContain(colour)
  for (const ground of ["#100f0e", "#282622"]) expect(contrast("#f3f0ea", ground)).toBeGreaterThanOrEqual(4.5)
  expect(contrast("#7fb3ff", "#100f0e")).toBeGreaterThanOrEqual(3)
})

test("initials can be read on every face", () => {
  for (const colour of faceColours) expect(contrast("#ffffff", colour)).toBeGreaterThanOrEqual(4.5)
})

test("people who were made in one moment, or one after the other, have faces that differ", () => {
  const moment = 91_577_611_000 * 4096 + 3 * 128
  const colours = (ids: number[]): number => new Set(ids.map(faceColour)).size
  expect([colours([0, 1, 2, 3, 4].map((n) => moment + n)), colours([0, 1, 2, 3, 4].map((n) => moment + n * 4096))]).toEqual([5, 5])
})

const sites = ["#000000", "#ffffff", "#0b6e5f", "#f5c542", "#e11d48", "#2563eb", "#0a1f44", "#767676", "#22c55e", "#ff7a00"]

test.each(sites)("a site's %s stays readable in both themes", (site) => {
  for (const theme of ["light", "dark"] as const) {
    const { accent, ink, text, soft } = accentFor(site, theme)
    const { paper, raised, ink: ground } = grounds[theme]
    expect(contrast(ink, accent)).toBeGreaterThanOrEqual(4.5)
    for (const on of [paper, raised, soft]) expect(contrast(text, on)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(ground, soft)).toBeGreaterThanOrEqual(4.5)
    const quiet = theme === "light" ? light["ink-2"]! : dark["ink-2"]!
    expect(contrast(quiet, soft)).toBeGreaterThanOrEqual(4.5)
    if (theme === "dark") expect(contrast(accent, paper)).toBeGreaterThanOrEqual(3)
  }
})

test("ink turns black exactly where white would fall under 4.5", () => {
  for (let grey = 0; grey < 256; grey++) {
    const colour = "#" + grey.toString(16).padStart(2, "0").repeat(3)
    expect(contrast(inkOn(colour), colour)).toBeGreaterThanOrEqual(4.5)
    expect(inkOn(colour) === "#ffffff").toBe(contrast("#ffffff", colour) >= 4.5)
  }
})
