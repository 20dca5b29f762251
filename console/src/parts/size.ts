// How large files are, as people say it, and how large pictures are before they are sent.

import type { Lang } from "../text/words"

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const

/** sizeText is a number of bytes in the unit that fits: "840 kB", "1.4 MB". */
export function sizeText(bytes: number, lang: Lang): string {
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000
  return new Intl.NumberFormat(lang, { style: "unit", unit: units[unit] as string, unitDisplay: "short", maximumFractionDigits: unit > 1 && value < 10 ? 1 : 0 }).format(value)
}

/** endOf is the short ending of a file's name, for its icon: "PDF". */
export function endOf(name: string): string {
  return (/\.([A-Za-z0-9]{1,4})$/.exec(name)?.[1] ?? "").toUpperCase()
}

/** boxOf fits a picture into what a conversation gives it, never larger than it is; unknown pictures get a fair share. */
export function boxOf(width: number, height: number): { width: number; height: number } {
  if (!width || !height) return { width: 220, height: 165 }
  const scale = Math.min(1, 300 / width, 320 / height)
  return { width: Math.max(72, Math.round(width * scale)), height: Math.max(56, Math.round(height * scale)) }
}

/** pixelsOf measures a picture that was chosen; nothing for other files and for what the browser cannot show. */
export async function pixelsOf(file: Blob): Promise<{ width: number; height: number } | undefined> {
  if (!/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return undefined
  const url = URL.createObjectURL(file)
  const image = new Image()
  try {
    image.src = url
    await image.decode()
    return { width: image.naturalWidth, height: image.naturalHeight }
  } catch {
    return undefined
  } finally {
    URL.revokeObjectURL(url)
  }
}
