/** copyText puts a text on the clipboard, by the old way where the page is served without a certificate. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    return
  } catch {
    // No permission, or no clipboard on plain http.
  }
  const field = document.createElement("textarea")
  const back = document.activeElement as HTMLElement | null
  field.value = text
  field.style.cssText = "position:fixed;opacity:0"
  document.body.append(field)
  field.select()
  document.execCommand("copy")
  field.remove()
  back?.focus()
}
