/** The outbox on disk, and in memory what a full disk does not take: that is sent all the same, and said. */
import type { Item } from "./outbox";
import type { Shelf } from "./sender";

/** The part of the vault that holds items. */
export interface Disk {
  items(): Promise<Item[]>;
  append(item: Item): Promise<void>;
  replace(item: Item): Promise<void>;
  drop(key: string): Promise<void>;
}

export class Outbox implements Shelf {
  readonly #disk: Disk;
  /** Items that the disk refused; they live as long as this page. */
  #unsaved: Item[] = [];
  /** What became of items on a disk that could not write it down. */
  readonly #amended = new Map<string, Item | null>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** How many items would be lost with this page. */
  get unsaved(): number {
    return this.#unsaved.length;
  }

  async items(): Promise<Item[]> {
    const saved = await this.#disk.items().catch((): Item[] => []);
    const now = (item: Item): Item | null => (this.#amended.has(item.key) ? (this.#amended.get(item.key) ?? null) : item);
    return [...saved.map(now).filter((item) => item !== null), ...this.#unsaved];
  }

  async add(item: Item): Promise<void> {
    // Once the disk is full, what follows stays behind what it refused, so that the order is kept.
    if (this.#unsaved.length > 0) await this.save();
    if (this.#unsaved.length > 0) this.#unsaved = [...this.#unsaved, item];
    else await this.#disk.append(item).catch(() => (this.#unsaved = [item]));
  }

  async replace(item: Item): Promise<void> {
    if (this.#holds(item.key)) this.#unsaved = this.#unsaved.map((one) => (one.key === item.key ? item : one));
    else await this.#amend(item.key, item, this.#disk.replace(item));
  }

  async drop(key: string): Promise<void> {
    if (this.#holds(key)) this.#unsaved = this.#unsaved.filter((one) => one.key !== key);
    else await this.#amend(key, null, this.#disk.drop(key));
  }

  /** Tries again to save what the disk refused. */
  async save(): Promise<void> {
    while (this.#unsaved[0]) {
      const [first, ...rest] = this.#unsaved;
      try {
        await this.#disk.append(first);
      } catch {
        return;
      }
      this.#unsaved = rest;
    }
  }

  clear(): void {
    this.#unsaved = [];
    this.#amended.clear();
  }

  /** A disk that cannot write keeps the older state, from which at worst the same request is sent again. */
  async #amend(key: string, item: Item | null, writing: Promise<void>): Promise<void> {
    try {
      await writing;
      this.#amended.delete(key);
    } catch {
      this.#amended.set(key, item);
    }
  }

  #holds(key: string): boolean {
    return this.#unsaved.some((one) => one.key === key);
  }
}
