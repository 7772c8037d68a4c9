/** What the keyboard does anywhere on the page. */
import { LAYERS } from "./view";
import type { Room } from "./room.svelte";

export const SEARCH_ID = "site-search";
/** What the key `d` leads to: the first thing to do about the chosen incident. */
export const NEXT_STEP = "[data-next]";
/** Marks what the key `e` opens: the correction of what was taken down. */
export const CORRECT = "data-correct";
/** What the key `h` presses: it opens what a hazard is flagged with. */
export const FLAG_HAZARD = "[data-flag-hazard]";

/** True where a letter is something that the person writes. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=radio], [type=checkbox], [type=range]), select, textarea");
}

export function onKey(event: KeyboardEvent, room: Room, showKeys: () => void): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || room.meta === null) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (isWriting(event.target)) (event.target as HTMLElement).blur();
    else if (room.intake.open) room.intake.close();
    else room.select(null);
    return;
  }
  if (isWriting(event.target) || !room.view.letters) return;
  const action = actionOf(event.key, room, showKeys);
  if (action === null) return;
  event.preventDefault();
  action();
}

function actionOf(key: string, room: Room, showKeys: () => void): (() => void) | null {
  const layer = LAYERS[Number(key) - 1];
  if (layer !== undefined) return () => room.toggleLayer(layer);
  switch (key) {
    case "/":
      return () => document.getElementById(SEARCH_ID)?.focus();
    case "c":
      return () => room.beginCall();
    case "a":
      return () => focusFirst("[data-testid=alerts] button");
    case "d":
      return () => focusFirst(NEXT_STEP);
    case "e":
      return () => document.querySelector<HTMLElement>(`[${CORRECT}]`)?.click();
    case "h":
      return () => document.querySelector<HTMLElement>(FLAG_HAZARD)?.click();
    case "i":
      return () => focusFirst("[data-testid=incidents] [data-item][tabindex='0']");
    case "m":
      return () => room.alarm.toggleMuted();
    case "n":
      return () => room.selectNearby();
    case "r":
      return () => room.map?.toggleRelief();
    case "s":
      return () => focusFirst("[data-testid=situations] summary");
    case "t":
      return () => room.toggleTheme();
    case "l":
      return () => room.toggleLang();
    case "?":
      return showKeys;
    default:
      return null;
  }
}

function focusFirst(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

/** Moves the focus among the buttons of a list, as arrows do in a menu. */
export function moveInList(event: KeyboardEvent): void {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
  const list = event.currentTarget;
  if (!(list instanceof HTMLElement)) return;
  const buttons = [...list.querySelectorAll<HTMLElement>("[data-item]")];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const step = steps[event.key];
  const next =
    step !== undefined ? buttons[at + step] : event.key === "Home" ? buttons[0] : event.key === "End" ? buttons.at(-1) : undefined;
  if (!next) return;
  event.preventDefault();
  next.focus();
}
