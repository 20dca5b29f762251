import { fileURLToPath } from "node:url"
import vue from "@vitejs/plugin-vue"
import { defineConfig } from "vitest/config"
import type { Plugin } from "vite"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The Go server answers /agent, /admin, /im, the worker of /agent and the icon with the built files; the dev server does the same with the sources. */
function pages(): Plugin {
  return {
    name: "pages",
    configureServer(server) {
      server.middlewares.use((req, _res, next) => {
        const page = /^\/(agent|admin|im)\/?(\?.*)?$/.exec(req.url ?? "")
        if (page) req.url = `/console/${page[1]}.html`
        if (req.url === "/agent-worker.js" || req.url === "/favicon.ico") req.url = `/console${req.url}`
        next()
      })
    },
  }
}

const backend = process.env["ICHAT_DEV_BACKEND"] ?? "http://localhost:8080"

export default defineConfig({
  base: "/console/",
  plugins: [pages(), vue()],
  resolve: { alias: { "@wire": here("../widget/src/wire"), "@widget": here("../widget/src"), "@look": here("../widget/src/look.css") } },
  server: {
    fs: { allow: [here("..")] },
    proxy: {
      "/api": backend,
      "/widget": backend,
      "/demo": backend,
      "/c/": backend,
      "/ws": { target: backend, ws: true },
    },
  },
  build: {
    target: "es2022",
    // The pages carry a strict CSP: nothing may be inlined as data: or as a script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { agent: here("agent.html"), admin: here("admin.html"), im: here("im.html") } },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
})
