// Says how heavy the built widget is on the wire, and fails when it is over its budget.
import { readFileSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"

const dist = fileURLToPath(new URL("../dist/", import.meta.url))
const budget = { loader_gz: 4096, frame_gz: 30720 }
const gz = (file) => gzipSync(readFileSync(dist + file), { level: 9 }).length

const html = readFileSync(`${dist}frame.html`, "utf8")
const linked = [...html.matchAll(/\/widget\/(assets\/[^"]+)/g)].map((match) => match[1])
const languages = readdirSync(`${dist}assets`).filter((file) => /^(en|zh)-.*\.js$/.test(file))
if (linked.length < 2 || languages.length !== 2) throw new Error("the build does not look as expected")

const language = Math.max(...languages.map((file) => gz(`assets/${file}`)))
const sizes = {
  loader_gz: gz("loader.js"),
  frame_gz: ["frame.html", ...linked].reduce((sum, file) => sum + gz(file), language),
}
const over = Object.keys(budget).filter((name) => sizes[name] > budget[name])
if (process.argv.includes("--json")) console.log(JSON.stringify(sizes))
else for (const name of Object.keys(budget)) console.log(`${name} ${sizes[name]} of ${budget[name]}`)
for (const name of over) console.error(`${name} is over its budget of ${budget[name]} bytes`)
process.exit(over.length > 0 ? 1 : 0)
