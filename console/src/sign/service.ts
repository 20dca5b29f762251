// The box of a service that vouches for people. Turnstile, hCaptcha and reCAPTCHA bring one global each, and all three
// are spoken to alike; another service is one that speaks like them.

import type { AskedProof } from "@wire/protocol"

type Box = string | number
type Vouching = {
  ready?(done: () => void): void
  render(place: HTMLElement, options: Record<string, unknown>): Box
  reset(box?: Box): void
  remove?(box: Box): void
}

export type Shown = { end(): void }

const names = ["turnstile", "hcaptcha", "grecaptcha"] as const
const loading = new Map<string, Promise<void>>()

/** Puts the service's box into a place. It says its word, or an empty one when that is over. */
export async function showService(place: HTMLElement, asked: AskedProof, lang: string, vouched: (word: string) => void, broken: () => void): Promise<Shown> {
  await load(asked.script_url ?? "")
  const found = names.map((name) => (window as unknown as Record<string, Vouching | undefined>)[name]).find((one) => one !== undefined)
  if (!found) throw new Error("the script brings no service that is known")
  await new Promise<void>((done) => (found.ready ? found.ready(done) : done()))
  const inner = place.appendChild(document.createElement("div"))
  const box = found.render(inner, {
    sitekey: asked.site_key,
    action: "register",
    theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
    language: lang,
    hl: lang,
    callback: vouched,
    "expired-callback": () => vouched(""),
    "error-callback": broken,
  })
  return {
    end() {
      found.remove?.(box)
      inner.remove()
    },
  }
}

/** The script is loaded once; one that did not come is tried again. */
function load(address: string): Promise<void> {
  const under = loading.get(address)
  if (under) return under
  const url = new URL(address)
  url.searchParams.set("render", "explicit")
  const script = document.createElement("script")
  script.src = url.href
  script.async = true
  const loaded = new Promise<void>((done, fail) => {
    script.onload = () => done()
    script.onerror = () => {
      loading.delete(address)
      script.remove()
      fail(new Error("the script did not come"))
    }
  })
  loading.set(address, loaded)
  document.head.append(script)
  return loaded
}
