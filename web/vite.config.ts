import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

import { offlinePage } from "./patrol/offline-page";

// Where `npm run dev` finds a running `vigie demo`.
const server = process.env["VIGIE_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [svelte(), offlinePage()],
  build: {
    target: "es2023",
    // The map engine alone is about 1 MB before compression; it is one chunk on purpose.
    chunkSizeWarningLimit: 1400,
    rollupOptions: {
      input: { index: "index.html", patrol: "patrol/index.html", signin: "signin/index.html", accounts: "accounts/index.html", registers: "registers/index.html", analysis: "analysis/index.html", hotspots: "hotspots/index.html", portrait: "portrait/index.html", me: "me/index.html", sw: "src/patrol/worker/sw.ts" },
      output: {
        // The browser looks for a worker where it found it before: its name never changes.
        entryFileNames: ({ name }) => (name === "sw" ? "patrol/sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  // The rules of the refusal filter stand with the server's.
  server: { proxy: { "/api": server }, fs: { allow: [".."] } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
