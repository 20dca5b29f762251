// Prints what the first screen of each page weighs, gzipped, and fails above the budget.
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"

const budget = { agent: 250 * 1024, admin: 250 * 1024, im: 250 * 1024 }
const sizes = {}
for (const page of Object.keys(budget)) {
  const html = readFileSync(new URL(`dist/${page}.html`, import.meta.url), "utf8")
  const files = [...html.matchAll(/(?:src|href)="\/console\/(assets\/[^"]+\.(?:js|css))"/g)].map((found) => found[1])
  const parts = files.map((file) => gzipSync(readFileSync(new URL(`dist/${file}`, import.meta.url))).length)
  sizes[`${page}_gz`] = gzipSync(html).length + parts.reduce((sum, size) => sum + size, 0)
}
console.log(process.argv.includes("--json") ? JSON.stringify(sizes) : Object.entries(sizes).map(([name, size]) => `${name} ${size} B`).join("\n"))
for (const [page, most] of Object.entries(budget)) {
  if (sizes[`${page}_gz`] > most) {
    console.error(`the first screen of /${page} is above its budget of ${most} B`)
    process.exitCode = 1
  }
}
