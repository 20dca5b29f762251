import { defineConfig } from "vite"

const slot = "__ICHAT_LOOK__"

// The loader: one classic script. The server puts the site's look in place of the quoted slot, so the quotes are set
// here, after the minifier, which would choose its own.
export default defineConfig({
  plugins: [
    {
      name: "look-slot",
      generateBundle(_, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== "chunk") continue
          const parts = file.code.split(slot)
          if (parts.length !== 2) this.error(`${slot} must occur once in the loader, not ${parts.length - 1} times`)
          file.code = parts.join(`"${slot}"`)
        }
      },
    },
  ],
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2022",
    cssTarget: ["chrome103", "safari16.2", "firefox101"],
    lib: { entry: "src/loader/loader.ts", formats: ["iife"], name: "ichatLoader", fileName: () => "loader.js" },
  },
})
