// Notifications and pushes of this browser, by way of the service worker in public/agent-worker.js.

import type { PushDevice } from "@wire/protocol"
import type { Bell, CallNotice } from "../state/calls"

const file = "/agent-worker.js"
const scope = "/agent"

export const bell: Bell = {
  supported: "serviceWorker" in navigator && "PushManager" in window && "Notification" in window,

  get permission() {
    return Notification.permission
  },

  ask: () => Notification.requestPermission(),

  async subscribe(key) {
    const pushes = (await ready()).pushManager
    const server = fromBase64(key)
    const old = await pushes.getSubscription()
    const ours = old && toBase64(old.options.applicationServerKey) === key
    if (old && !ours) await old.unsubscribe() // of a server that was here before
    return deviceOf(ours ? old : await pushes.subscribe({ userVisibleOnly: true, applicationServerKey: server }))
  },

  async unsubscribe() {
    const known = await navigator.serviceWorker.getRegistration(scope)
    await (await known?.pushManager.getSubscription())?.unsubscribe()
  },

  async show(notice: CallNotice) {
    const known = await navigator.serviceWorker.getRegistration(scope)
    known?.active?.postMessage({ notice })
  },
}

/** Calls back with the ticket of a notification that was pressed; answers how to stop listening. */
export function onPressed(open: (ticket: number) => void): () => void {
  if (!bell.supported) return () => undefined
  const hear = ({ data }: MessageEvent<{ open?: unknown }>): void => {
    if (typeof data?.open === "number") open(data.open)
  }
  navigator.serviceWorker.addEventListener("message", hear)
  return () => navigator.serviceWorker.removeEventListener("message", hear)
}

/** `navigator.serviceWorker.ready` waits for a page in the scope; this for the worker itself. */
async function ready(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(file, { scope, updateViaCache: "none" })
  const coming = registration.installing ?? registration.waiting
  if (!registration.active && coming) {
    await new Promise<void>((active) => {
      coming.addEventListener("statechange", () => coming.state === "activated" && active())
    })
  }
  return registration
}

function deviceOf(subscription: PushSubscription): PushDevice {
  return { endpoint: subscription.endpoint, public_key: toBase64(subscription.getKey("p256dh")), secret: toBase64(subscription.getKey("auth")) }
}

function toBase64(bytes: ArrayBuffer | null): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0))
}
