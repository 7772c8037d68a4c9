/** Type-ahead among the kinds: by code or by label, accents and case ignored. */
import type { Kind } from "../api/shapes";

/** `Dégradation` and `degradation` are the same to whoever types at night. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Kinds that answer to `q`, the best first: code, then the start of a word of the label, then anywhere in it. */
export function matchKinds(kinds: readonly Kind[], q: string, label: (kind: Kind) => string): Kind[] {
  const wanted = plain(q.trim());
  if (wanted === "") return [...kinds];
  const scored = kinds.map((kind) => ({ kind, score: score(kind, plain(label(kind)), wanted) }));
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ kind }) => kind);
}

function score(kind: Kind, label: string, wanted: string): number {
  const code = plain(kind.code);
  if (code === wanted) return 5;
  if (code.startsWith(wanted)) return 4;
  if (label.startsWith(wanted)) return 3;
  if (label.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 2;
  return label.includes(wanted) || code.includes(wanted) ? 1 : 0;
}
