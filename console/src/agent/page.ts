/** pageName is the short form of the page a visitor is on: host and path, without what tracks. */
export function pageName(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  return url.host + (url.pathname === "/" ? "" : decode(url.pathname))
}

/** pageLink is an address that is safe to open; empty for anything but the web. */
export function pageLink(address: string): string {
  return /^https?:\/\//i.test(address) && URL.canParse(address) ? address : ""
}

function decode(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}
