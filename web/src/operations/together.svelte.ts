/** The open situations of the room: said when one is found, shown where they are. */
import { untrack } from "svelte";

import type { Situation } from "../api/shapes";
import type { Room } from "./room.svelte";
import { whatOf, whereOf, type Where } from "./situation";

const CLOSE_ZOOM = 15;

export class Together {
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  where(situation: Situation): Where {
    return whereOf(situation, this.#room.landlordNames, this.#room.t("together.everywhere"));
  }

  /** Whether there is anywhere to go to. */
  isSomewhere({ lon, lat, site_code }: Situation): boolean {
    return site_code !== null || (lon !== null && lat !== null);
  }

  isChosen({ site_code }: Situation): boolean {
    const { selection } = this.#room.view;
    return selection?.type === "site" && selection.code === site_code;
  }

  /** Moves the map to its site and chooses that. */
  show({ lon, lat, site_code }: Situation): void {
    if (lon !== null && lat !== null) this.#room.map?.fly(lon, lat, CLOSE_ZOOM);
    if (site_code !== null) this.#room.select({ type: "site", code: site_code });
  }

  /** Starts saying what is found, whichever list is open. Call while a component is being made. */
  start(): void {
    $effect(() => {
      const { found } = this.#room.live;
      // Untracked: a language that changes is no news.
      untrack(() => {
        const [first] = found;
        if (!first) return;
        const { code, name } = this.where(first);
        const where = [code, name].filter((part) => part !== null).join(" ");
        this.#room.announce(this.#room.t("together.new", { n: found.length, what: whatOf(first), where }));
      });
    });
  }
}
