/** What people call an arrondissement of the three towns that have them; other communes by their code. */
import type { Lang } from "../text/format";

const TOWNS = [
  { name: "Paris", before: 75_100, most: 20 },
  { name: "Marseille", before: 13_200, most: 16 },
  { name: "Lyon", before: 69_380, most: 9 },
] as const;

export function communeName(code: string, lang: Lang): string {
  const number = Number(code);
  for (const { name, before, most } of TOWNS) {
    const nth = number - before;
    if (nth >= 1 && nth <= most) return lang === "fr" ? `${name}\u00a0${nth === 1 ? "1er" : `${nth}e`}` : `${name}\u00a0${nth}`;
  }
  return code;
}
