// Pictures of the pages, named for what they show. Only taken where E2E_SCREENSHOTS names a folder.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

export const folder = process.env.E2E_SCREENSHOTS

const themes = ['light', 'dark']
const sizes = [{ width: 1280, height: 800 }, { width: 390, height: 844 }]

/** One picture in each theme and size, named for what it shows. */
export async function take(name, { page }, lang) {
  await mkdir(folder, { recursive: true })
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme })
    for (const size of sizes) {
      await becomes(page, size)
      const path = join(folder, `${name}-${colorScheme}-${lang.slice(0, 2)}-${size.width}.png`)
      await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
    }
  }
  await page.emulateMedia({ colorScheme: themes[0] })
  await becomes(page, sizes[0])
}

/** The page has another size and is drawn for it: what a story presses next is there for good. */
async function becomes(page, size) {
  await page.setViewportSize(size)
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}
