/** The tablet's copy of a shift: sealed on disk, the same in every tab, and gone when the shift is. */
import type { Offset } from "./clock";
import type { Alert, Report } from "./contract";
import type { Ground } from "./ground";
import type { Duty } from "./items";
import type { Lifetime } from "./lifetime";
import type { Desk } from "./mission";
import type { Item } from "./outbox";
import { Outbox } from "./shelf";
import { Vault } from "./vault";

export interface Kind {
  code: string;
  label_fr: string;
  label_en: string;
}

/** A report that is not finished, without its remark: that is kept once the filter has let it through. */
export interface Draft {
  incident: string;
  report: Partial<Omit<Report, "remark">>;
}

/** The own call for help, once the server has it. */
export type Help = Pick<Alert, "id" | "state" | "raised_at">;

/** Each is a record of its own on disk. */
export interface Records {
  duty: Duty | null;
  /** How far the server's clock is ahead. */
  offset: Offset | null;
  desk: Desk;
  draft: Draft | null;
  kinds: Kind[];
  ground: Ground | null;
  help: Help | null;
  /** Whether a report may carry a remark, as the server last said. */
  remarks: boolean;
}

const EMPTY: Records = {
  duty: null,
  offset: null,
  desk: { held: null, owed: [], done: [] },
  draft: null,
  kinds: [],
  ground: null,
  help: null,
  remarks: false,
};
const NAMES = Object.keys(EMPTY) as (keyof Records)[];
/** Which tab changes the desk, and how it tells the others. */
const LOCK = "vigie-patrol-desk";
const CHANNEL = "vigie-patrol";

export class Copy {
  records = $state.raw<Records>(EMPTY);
  lifetime = $state.raw<Lifetime | null>(null);
  items = $state.raw<Item[]>([]);
  /** The disk has refused something: what is not sent would not outlive this page. */
  full = $state(false);
  /** Grows with each change made here: an answer to an older question says nothing. */
  changes = 0;

  readonly outbox: Outbox;
  readonly #vault: Vault;
  readonly #channel = new BroadcastChannel(CHANNEL);

  private constructor(vault: Vault) {
    this.#vault = vault;
    this.outbox = new Outbox(vault);
  }

  /** `changed` is called when another tab has changed something. */
  static async open(changed: () => void): Promise<Copy> {
    const copy = new Copy(await Vault.open());
    copy.#channel.onmessage = changed;
    return copy;
  }

  /** Reads what there is; says whether a shift is on. */
  async load(): Promise<boolean> {
    const lifetime = await this.#vault.unlock();
    if (lifetime === null) {
      this.#forget();
      return false;
    }
    const values = await Promise.all(NAMES.map((name) => this.#vault.get(name).catch(() => null)));
    const read = Object.fromEntries(NAMES.map((name, index) => [name, values[index] ?? EMPTY[name]]));
    if (read["duty"] === null) {
      // Without it nothing else makes sense: half a copy is no copy.
      await this.#vault.destroy();
      this.#forget();
      return false;
    }
    this.records = read as unknown as Records;
    this.lifetime = lifetime;
    await this.readItems();
    return true;
  }

  async begin(lifetime: Lifetime, duty: Duty): Promise<void> {
    await this.#vault.begin(lifetime);
    this.#forget();
    this.lifetime = lifetime;
    await this.set("duty", duty);
  }

  async prolong(lifetime: Lifetime): Promise<void> {
    this.lifetime = lifetime;
    await this.#vault.prolong(lifetime);
    this.#tell();
  }

  /** Destroys the key and everything under it. */
  async destroy(): Promise<void> {
    this.#forget();
    await this.#vault.destroy();
    this.#tell();
  }

  /** Keeps a record. Where the disk is full, this page has it all the same. */
  async set<K extends keyof Records>(name: K, value: Records[K]): Promise<void> {
    this.records = { ...this.records, [name]: value };
    await this.#save(name, value);
    this.#tell();
  }

  /** Changes the desk as all tabs have it. */
  async change(change: (desk: Desk) => Desk | Promise<Desk>): Promise<void> {
    this.changes += 1;
    await navigator.locks.request(LOCK, async () => {
      const saved = this.full ? null : await this.#vault.get<Desk>("desk").catch(() => null);
      const before = saved ?? this.records.desk;
      const desk = await change(before);
      this.records = { ...this.records, desk };
      if (desk !== before) await this.#save("desk", desk);
    });
    this.changes += 1;
    this.#tell();
  }

  /** Puts `item` into the outbox and changes the desk with it, unless `then` says that it has become needless. */
  async queue(item: Item, then: (desk: Desk, items: readonly Item[]) => Desk | null): Promise<void> {
    await this.change(async (desk) => {
      await this.readItems();
      const after = then(desk, this.items);
      if (after === null) return desk;
      await this.outbox.add(item);
      await this.readItems();
      return after;
    });
  }

  /** After something happened to items. */
  async itemsChanged(): Promise<void> {
    this.changes += 1;
    await this.outbox.save();
    await this.readItems();
    this.#tell();
  }

  async readItems(): Promise<void> {
    this.items = await this.outbox.items();
    if (this.outbox.unsaved > 0) this.full = true;
  }

  async #save(name: keyof Records, value: unknown): Promise<void> {
    try {
      await this.#vault.put(name, value);
      this.full = this.outbox.unsaved > 0;
    } catch {
      this.full = this.lifetime !== null;
    }
  }

  #forget(): void {
    this.outbox.clear();
    this.records = EMPTY;
    this.lifetime = null;
    this.items = [];
    this.full = false;
  }

  #tell(): void {
    this.#channel.postMessage("changed");
  }
}
