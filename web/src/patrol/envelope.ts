/** Encryption at rest: AES-GCM under a key that never leaves the browser's key store and dies with the shift. */

/** What stands on disk in the place of a value. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  box: ArrayBuffer;
}

/** The bytes are not what this key sealed under this name. */
export class Unreadable extends Error {
  override name = "Unreadable";
}

/** NIST SP 800-38D, 8.2.2: 96 random bits serve for 2³² messages under one key; a shift writes some thousands. */
const IV_BYTES = 12;

/** A key for one shift. No script can read it out, only use it. */
export function newKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** Seals `value` as JSON. `name` is sealed with it, so that no record can stand in the place of another. */
export async function seal(key: CryptoKey, name: string, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { iv, box: await crypto.subtle.encrypt(parameters(iv, name), key, plain) };
}

/** The value that was sealed under `name`.
 *
 * Throws {@link Unreadable} for another key, another name or changed bytes. */
export async function unseal<T>(key: CryptoKey, name: string, sealed: Sealed): Promise<T> {
  try {
    const plain = await crypto.subtle.decrypt(parameters(sealed.iv, name), key, sealed.box);
    return JSON.parse(new TextDecoder().decode(plain)) as T;
  } catch (cause) {
    throw new Unreadable(`the record ${name} cannot be read`, { cause });
  }
}

function parameters(iv: Uint8Array<ArrayBuffer>, name: string): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) };
}
