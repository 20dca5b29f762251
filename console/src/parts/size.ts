// How files are named by their kind, and how large pictures are before they are sent.

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
