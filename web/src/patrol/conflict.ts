/** A refused item in words. */
import type { Item } from "./outbox";
import type { Shift } from "./shift.svelte";

const OVER = new Set(["closed", "cancelled", "handed_over", "no_action", "reported"]);
const WITHDRAWN = new Set(["received", "qualified"]);

/** What was done: `sur place`, `compte rendu`. */
export function whatOf(item: Item, { words }: Shift): string {
  if (item.kind === "step" && item.to !== null) return words.named("state", item.to);
  return words.t(`what.${item.kind}`);
}

/** Whether it is the remark of a report that was refused. */
export function isAboutRemark({ kind, refusal }: Item): boolean {
  return kind === "report" && refusal?.status === 422 && (refusal.detail ?? "").startsWith("report.remark:");
}

/** Why it was refused, as far as the answer tells. */
export function reasonOf(item: Item, { words }: Shift): string {
  const { refusal } = item;
  if (isAboutRemark(item)) return words.t("conflict.remark");
  const status = refusal?.incidentStatus ?? null;
  if (status === null) return words.t("conflict.other", { status: String(refusal?.status ?? "?") });
  if (OVER.has(status)) return words.t("conflict.over");
  if (WITHDRAWN.has(status)) return words.t("conflict.withdrawn");
  return words.t("conflict.further", { status: words.named("state", status) });
}
