/** The ten lines around every map engine: made once its element is there, taken away with it, and found by the browser's console and the tests. */
import { untrack } from "svelte";

interface Drawn {
  readonly engine: object;
  remove(): void;
}

/** Draws a map; returns what takes it away again, or nothing where this browser draws none. For an effect, which it does not tie to what `draw` reads. */
export function mounted(name: "map" | "beside", draw: () => Drawn, failed: () => void): (() => void) | undefined {
  let drawn: Drawn;
  try {
    drawn = untrack(draw);
  } catch {
    failed();
    return undefined;
  }
  const engines = "vigie" in window ? (window.vigie as object) : {};
  Object.assign(window, { vigie: { ...engines, [name]: drawn.engine } });
  return () => drawn.remove();
}
