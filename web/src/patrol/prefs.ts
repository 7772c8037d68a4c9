/** How the tablet looks and sounds: not about anybody, so it outlives the shift. */
import type { Lang } from "../text/format";

export type Theme = "auto" | "light" | "dark";

export interface Prefs {
  lang: Lang;
  theme: Theme;
  sound: boolean;
}

const KEY = "vigie-patrol";
const DEFAULTS: Prefs = { lang: "fr", theme: "auto", sound: true };

export function loadPrefs(): Prefs {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>) };
  } catch {
    return DEFAULTS;
  }
}

export function savePrefs(prefs: Prefs): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // A full disk costs no more than the choice of a colour.
  }
}

/** The theme to draw: the system's where nobody chose. */
export function themeOf(theme: Theme): "light" | "dark" {
  if (theme !== "auto") return theme;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}
