/** Tells the tablet's service worker which files its page consists of. */
import { createHash } from "node:crypto";

import type { Plugin, Rolldown } from "vite";

const PAGE = "patrol/index.html";
const WORKER = "patrol/sw.js";
/** Files that are copied as they are, and belong to the page. */
const PUBLIC = ["/favicon.svg", "/patrol/manifest.webmanifest", "/patrol/icon-192.png", "/patrol/icon-512.png", "/patrol/icon-maskable-512.png"];

/** Writes the list into the worker, so that a page which has changed is a worker that has changed. */
export function offlinePage(): Plugin {
  return {
    name: "vigie-offline-page",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const worker = bundle[WORKER];
      const page = bundle[PAGE];
      if (worker?.type !== "chunk" || page?.type !== "asset") return this.error(`${WORKER} or ${PAGE} is not in the bundle`);
      const all = Object.values(bundle);
      const html = String(page.source);
      const entry = all.find((file) => file.type === "chunk" && html.includes(`/${file.fileName}"`));
      if (entry?.type !== "chunk") return this.error(`${PAGE} has no script`);

      const shell = closure(bundle, [entry.fileName], ({ imports }) => imports);
      const whole = closure(bundle, [entry.fileName], ({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
      // The map draws in a worker of its own, which its chunk names only in a text.
      const sources = [...whole].map((name) => bundle[name]).map((file) => (file?.type === "chunk" ? file.code : ""));
      for (const { fileName } of all) {
        if (!whole.has(fileName) && fileName !== WORKER && sources.some((code) => code.includes(fileName))) whole.add(fileName);
      }
      for (const name of html.match(/assets\/[\w.-]+/g) ?? []) shell.add(name);

      const files = {
        shell: [...[...shell].map((name) => `/${name}`), ...PUBLIC],
        extra: [...whole].filter((name) => !shell.has(name)).map((name) => `/${name}`),
        version: createHash("sha256").update(html).update([...whole].sort().join()).digest("hex").slice(0, 12),
      };
      const json = JSON.stringify(JSON.stringify(files));
      const filled = worker.code.replace(/(["'`])__FILES__\1/, () => json);
      if (filled === worker.code) return this.error(`${WORKER} has no place for the list of files`);
      worker.code = filled;
    },
  };
}

/** The files that `names` need, by the links that `next` follows, with their styles. */
function closure(bundle: Rolldown.OutputBundle, names: string[], next: (chunk: Rolldown.OutputChunk) => string[]): Set<string> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const file = bundle[name];
    if (file?.type !== "chunk") continue;
    open.push(...next(file));
    for (const style of file.viteMetadata?.importedCss ?? []) found.add(style);
  }
  return found;
}
