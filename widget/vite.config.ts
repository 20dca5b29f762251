import { rmSync } from "node:fs"
import { defineConfig } from "vitest/config"

// The frame. dist keeps its placeholder, so only what a build makes is taken away before one.
export default defineConfig({
  base: "/widget/",
  plugins: [
    {
      name: "clean",
      apply: "build",
      buildStart: () => {
        for (const old of ["assets", "frame.html", "loader.js"]) rmSync(`dist/${old}`, { recursive: true, force: true })
      },
    },
    {
      // Its way to load a chunk also loads the chunk's own styles and preloads; ours has neither, and a kilobyte less.
      name: "plain-import",
      apply: "build",
      enforce: "pre",
      load: (id) => (id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load()" : undefined),
    },
  ],
  build: {
    outDir: "dist",
    assetsDir: "assets",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: false,
    rolldownOptions: { input: "frame.html" },
  },
  test: { include: ["src/**/*.test.ts"] },
})
