/** What the tablet keeps through a kill of the page: sealed records in IndexedDB, under the key of the shift.
 *
 * Without the key nothing can be read, so a shift is destroyed by destroying its key; the rest is swept after it. */
import { newKey, seal, unseal, type Sealed } from "./envelope";
import type { Lifetime } from "./lifetime";
import type { Item } from "./outbox";

const DATABASE = "vigie-patrol";
const KEYS = "keys";
const RECORDS = "records";
const OUTBOX = "outbox";

interface KeyRow extends Lifetime {
  key: CryptoKey;
}

interface SealedItem extends Sealed {
  /** In the order in which they were made. */
  ordinal?: IDBValidKey;
  name: string;
}

export class Vault {
  readonly #db: IDBDatabase;
  #key: CryptoKey | null = null;

  private constructor(db: IDBDatabase) {
    this.#db = db;
  }

  static async open(): Promise<Vault> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KEYS);
      request.result.createObjectStore(RECORDS);
      request.result.createObjectStore(OUTBOX, { keyPath: "ordinal", autoIncrement: true }).createIndex("name", "name", { unique: true });
    };
    return new Vault(await settled(request));
  }

  /** Takes the key of the shift that is on; null where there is none, and then nothing is left of an earlier one. */
  async unlock(): Promise<Lifetime | null> {
    // One transaction: between a look and a sweep another tab might begin a shift.
    let row: KeyRow | undefined;
    await this.#write([KEYS, RECORDS, OUTBOX], (keys, records, outbox) => {
      const request: IDBRequest<KeyRow | undefined> = keys.get("shift");
      request.onsuccess = () => {
        row = request.result;
        if (row !== undefined) return;
        records.clear();
        outbox.clear();
      };
    });
    this.#key = row?.key ?? null;
    return row === undefined ? null : { startedMs: row.startedMs, untilMs: row.untilMs };
  }

  /** Destroys what there was and makes a key for a new shift. */
  async begin(lifetime: Lifetime): Promise<void> {
    const key = await newKey();
    await this.#write([KEYS, RECORDS, OUTBOX], (keys, records, outbox) => {
      records.clear();
      outbox.clear();
      keys.put({ key, ...lifetime } satisfies KeyRow, "shift");
    });
    this.#key = key;
  }

  /** The shift goes on for longer. */
  async prolong(lifetime: Lifetime): Promise<void> {
    const key = this.#sure();
    await this.#write([KEYS], (keys) => keys.put({ key, ...lifetime } satisfies KeyRow, "shift"));
  }

  /** Destroys the key and sweeps what it had sealed. */
  async destroy(): Promise<void> {
    this.#key = null;
    await this.#write([KEYS, RECORDS, OUTBOX], (...stores) => {
      for (const store of stores) store.clear();
    });
  }

  async get<T>(name: string): Promise<T | null> {
    const key = this.#key;
    if (key === null) return null;
    const sealed = await settled<Sealed | undefined>(this.#db.transaction(RECORDS).objectStore(RECORDS).get(name));
    return sealed === undefined ? null : unseal<T>(key, name, sealed);
  }

  async put(name: string, value: unknown): Promise<void> {
    const sealed = await seal(this.#sure(), name, value);
    await this.#write([RECORDS], (store) => store.put(sealed, name));
  }

  /** Everything that waits, in the order in which it was made. */
  async items(): Promise<Item[]> {
    const key = this.#key;
    if (key === null) return [];
    const rows = await settled<SealedItem[]>(this.#db.transaction(OUTBOX).objectStore(OUTBOX).getAll());
    const read = await Promise.allSettled(rows.map((row) => unseal<Item>(key, row.name, row)));
    // A damaged row must not keep the sound ones from being sent.
    return read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  }

  async append(item: Item): Promise<void> {
    const sealed: SealedItem = { ...(await seal(this.#sure(), item.key, item)), name: item.key };
    await this.#write([OUTBOX], (store) => store.add(sealed));
  }

  async replace(item: Item): Promise<void> {
    const sealed = await seal(this.#sure(), item.key, item);
    const ordinal = await this.#ordinalOf(item.key);
    if (ordinal === undefined) return;
    await this.#write([OUTBOX], (store) => store.put({ ...sealed, name: item.key, ordinal } satisfies SealedItem));
  }

  async drop(name: string): Promise<void> {
    const ordinal = await this.#ordinalOf(name);
    if (ordinal !== undefined) await this.#write([OUTBOX], (store) => store.delete(ordinal));
  }

  #ordinalOf(name: string): Promise<IDBValidKey | undefined> {
    return settled(this.#db.transaction(OUTBOX).objectStore(OUTBOX).index("name").getKey(name));
  }

  #sure(): CryptoKey {
    if (this.#key === null) throw new Error("no shift is on");
    return this.#key;
  }

  /** Writes and waits until the browser has it on disk. */
  async #write(names: string[], work: (...stores: [IDBObjectStore, IDBObjectStore, IDBObjectStore]) => unknown): Promise<void> {
    const transaction = this.#db.transaction(names, "readwrite", { durability: "strict" });
    const complete = new Promise<void>((resolve, reject) => {
      const refuse = (): void => reject(transaction.error ?? new Error("the disk refuses"));
      transaction.oncomplete = () => resolve();
      transaction.onerror = refuse;
      transaction.onabort = refuse;
    });
    work(...(names.map((name) => transaction.objectStore(name)) as [IDBObjectStore, IDBObjectStore, IDBObjectStore]));
    await complete;
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the disk cannot be read"));
  });
}
