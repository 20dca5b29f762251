/** The box a picture gets on the screen: within `wide` x `high`, never enlarged, never thinner than can be tapped. */
export function fit(width: number | undefined, height: number | undefined, wide: number, high: number, least = 64): { width: number; height: number } {
  if (!width || !height) return { width: Math.round(wide * 0.75), height: Math.round(wide * 0.55) }
  const scale = Math.min(1, wide / width, high / height)
  const side = (value: number, most: number) => Math.min(most, Math.max(least, Math.round(value * scale)))
  return { width: side(width, wide), height: side(height, high) }
}

/** A file's size as people say it. */
export function sizeWords(bytes: number, lang: string): string {
  const units = ["B", "KB", "MB", "GB"]
  const step = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024)))
  const value = bytes / 1024 ** step
  return `${value.toLocaleString(lang, { maximumFractionDigits: step < 2 || value >= 100 ? 0 : 1 })} ${units[step]}`
}
