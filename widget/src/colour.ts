// Colours computed from the one colour a site chooses. Pure, shared by loader, frame and the back office's preview.

/** What a theme needs to know about itself to fit an accent in. */
export const grounds = {
  light: { paper: "#ffffff", raised: "#f3f1ed", ink: "#1d1b18" },
  dark: { paper: "#181715", raised: "#282622", ink: "#f3f0ea" },
} as const

export type Accent = { accent: string; ink: string; text: string; soft: string }

type Rgb = [number, number, number]

/** WCAG contrast of two #rrggbb colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** The ink that can be read on `ground`: white where it reaches a contrast of 4.5, else black, which then does. */
export function inkOn(ground: string): string {
  return luminance(ground) <= 1.05 / 4.5 - 0.05 ? "#ffffff" : "#000000"
}

/** `share` of b in a. */
export function mix(a: string, b: string, share: number): string {
  const to = rgb(b)
  return "#" + rgb(a).map((value, i) => Math.round(value + (to[i]! - value) * share).toString(16).padStart(2, "0")).join("")
}

/** The accent tokens of a site in one theme: the fill stays visible on the page, text in the accent stays readable. */
export function accentFor(site: string, theme: keyof typeof grounds): Accent {
  const { paper, raised, ink } = grounds[theme]
  const accent = theme === "dark" ? towards(site, ink, 3, [paper]) : site
  const soft = mix(paper, accent, theme === "dark" ? 0.14 : 0.1)
  return { accent, ink: inkOn(accent), text: towards(accent, ink, 4.5, [paper, raised, soft]), soft }
}

export function isColour(value: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(value)
}

function towards(colour: string, goal: string, enough: number, on: string[]): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(colour, goal, share)
    if (on.every((ground) => contrast(mixed, ground) >= enough)) return mixed
  }
  return goal
}

function rgb(colour: string): Rgb {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as Rgb
}

function luminance(colour: string): number {
  const [r, g, b] = rgb(colour).map((value) => {
    const c = value / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
