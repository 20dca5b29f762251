// The browser stories: `node console/e2e/run.mjs [name...]` runs the real binary and a real Chromium.
// Stories live in `*.story.mjs`; each exports functions whose names are sentences. Ends with `N passed, N failed`.
import { readdir } from 'node:fs/promises'
import { stripVTControlCharacters } from 'node:util'
import { closeBrowser } from './browser.mjs'
import { cleanUp } from './scene.mjs'

const wanted = process.argv.slice(2)
const here = new URL('.', import.meta.url)
const files = (await readdir(here)).filter((name) => name.endsWith('.story.mjs')).sort()

const storyLimit = 120_000 // a story is seconds long; this only ends one that hangs

let passed = 0
let failed = 0
for (const file of files) {
  const stories = await import(new URL(file, here))
  for (const story of stories.default) {
    const name = sentence(story.name)
    if (wanted.length && !wanted.some((word) => file.startsWith(word) || name.includes(word))) continue
    const begun = performance.now()
    const problem = await attempt(story)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    if (problem) failed++
    else passed++
    console.log(`${problem ? 'FAILED' : 'ok    '} ${seconds.padStart(6)} s  ${name}`)
    if (problem) console.log(indent(problem))
  }
}
await closeBrowser()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed || !passed ? 1 : 0)

/** Runs one story and answers what went wrong, or nothing. What the story opened is closed either way. */
async function attempt(story) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${storyLimit / 1000} s`)), storyLimit)
  })
  let problem
  try {
    await Promise.race([story(), late])
  } catch (error) {
    problem = stripVTControlCharacters(error?.stack ?? String(error))
  }
  clearTimeout(timer)
  const seen = await cleanUp(problem !== undefined)
  return [problem, seen].filter(Boolean).join('\n') || undefined
}

/** aVisitorIsAnswered -> "a visitor is answered" */
function sentence(name) {
  return name.replace(/([A-Z])/g, ' $1').toLowerCase().trim()
}

function indent(text) {
  return text.replace(/^/gm, '    ')
}
