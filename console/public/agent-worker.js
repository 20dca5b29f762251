// Shows an agent who is not looking what happened, and leads him to it. It keeps nothing and answers no requests.
// A notice comes from the server as a push while no page is connected, and from a page that nobody looks at otherwise.

self.addEventListener("install", () => void self.skipWaiting())
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()))
self.addEventListener("push", (event) => event.waitUntil(show(event.data?.json())))
self.addEventListener("message", (event) => event.waitUntil(show(event.data?.notice)))
self.addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data.ticket))
})

/** One notification for each ticket: a newer one takes the place of the older. */
async function show(notice) {
  if (!notice?.ticket || (await pages()).some((page) => page.focused && page.visibilityState === "visible")) return
  const { ticket, title, text, lang } = notice
  await self.registration.showNotification(title, { body: text, lang, tag: `ticket-${ticket}`, data: { ticket } })
}

/** Leads to the ticket: in a page that is there, or in a new one. */
async function open(ticket) {
  const [page] = await pages()
  if (!page) return self.clients.openWindow(`/agent#ticket-${ticket}`)
  page.postMessage({ open: ticket })
  return page.focus()
}

/** The agents' pages that are open; the newest looked at first. */
async function pages() {
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true })
  return all.filter(({ url }) => new URL(url).pathname === "/agent")
}
