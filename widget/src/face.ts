// Faces without a picture: initials on a colour that belongs to the person.

/** Grounds for white initials. */
export const faceColours = ["#a5442f", "#8a5a10", "#5c6b12", "#1f7247", "#0f6e78", "#2a63ad", "#6450b8", "#94418f"] as const

export function faceColour(id: number): string {
  return faceColours[(Math.floor(id / 4096) + id) % faceColours.length]! // the time of an id, and the counter of those made at once
}

/** One Han character (the given name's last), or up to two letters. */
export function initials(name: string): string {
  const trimmed = name.trim()
  const han = [...trimmed].filter((char) => /\p{Script=Han}/u.test(char))
  if (han.length > 0) return han.at(-1)!
  const words = trimmed.split(/\s+/)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "")
  return letters.join("").toUpperCase()
}
