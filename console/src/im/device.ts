// What a browser calls itself, in words.

const browsers: [RegExp, string][] = [
  [/MicroMessenger\//, "WeChat"],
  [/Edg(?:A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/CriOS\/|Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
]
const systems: [RegExp, string][] = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
]

/** deviceName is "Chrome, Windows" for a browser's long name; what is no browser's keeps its own words. */
export function deviceName(agent: string): string {
  const find = (list: [RegExp, string][]): string => list.find(([sign]) => sign.test(agent))?.[1] ?? ""
  return [find(browsers), find(systems)].filter(Boolean).join(", ") || agent
}

export function isPhone(agent: string): boolean {
  return /iPhone|Android.*Mobile|MicroMessenger/.test(agent)
}
