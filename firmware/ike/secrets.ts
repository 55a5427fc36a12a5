/**
 * Where the secrets of exchanges live.
 *
 * Every secret is moved into memory that was reserved for its exchange, the
 * place it came from is filled with zeros, and so is its own when it is no
 * longer needed. A simulated adapter gives memory that lies in its RAM, so that
 * a search of that RAM finds what was forgotten; and key slots of its crypto
 * engine for the two secrets that outlive phase 1.
 *
 * @module
 */

/** Hands out memory for secrets. */
export interface SecretMemory {
  /**
   * Memory, filled with zeros.
   *
   * @param lengthBytes Its length, 1 or more.
   * @returns `undefined` if there is none left: the exchange cannot be.
   */
  allocate(lengthBytes: number): Uint8Array | undefined;
  /**
   * Takes memory back.
   *
   * @param memory What `allocate` gave, filled with zeros.
   */
  release(memory: Uint8Array): void;
}

/** Memory from the heap. */
export const HEAP_SECRETS: SecretMemory = {
  allocate: (lengthBytes) => new Uint8Array(lengthBytes),
  release: () => {},
};

/** The secrets of an exchange (RFC 2409 §5). */
export type SecretName =
  /** The preshared key as it stood when the exchange began. */
  | "preshared key"
  /** The Diffie-Hellman exponent. */
  | "exponent"
  /** SKEYID: authenticates the exchange. */
  | "SKEYID"
  /** SKEYID_d: for keys of phase 2. */
  | "SKEYID_d"
  /** SKEYID_a: authenticates messages after phase 1. */
  | "SKEYID_a"
  /** SKEYID_e: the cipher's key is derived from it. */
  | "SKEYID_e"
  /** The cipher's key. */
  | "cipher key";

/**
 * The preshared key has memory of its own, of its length; all others have places of one size, in this order. The
 * exponent has the first two: the one for P-521 is made of 99 bytes, and it is gone before SKEYID is there.
 */
const PLACES = {
  exponent: 0,
  SKEYID: 1,
  SKEYID_d: 2,
  SKEYID_a: 3,
  SKEYID_e: 4,
  "cipher key": 5,
} as const satisfies Record<Exclude<SecretName, "preshared key">, number>;

/** The longest of them: the output of SHA-512. */
const PLACE_BYTES = 64;

/** Memory of one exchange, beside that for its preshared key. */
const EXCHANGE_BYTES = Object.keys(PLACES).length * PLACE_BYTES;

/** What an association needs: deletes and dead peer detection are authenticated and encrypted (RFC 2409 §5.7). */
const ASSOCIATION_PLACES: readonly SecretName[] = ["SKEYID_a", "cipher key"];

/** Memory of one association. */
const ASSOCIATION_BYTES = ASSOCIATION_PLACES.length * PLACE_BYTES;

const NO_PLACES = new Uint8Array(0);

/** The secrets of one exchange, and of the association that it leads to. */
export class ExchangeSecrets {
  readonly #memory: SecretMemory;
  readonly #associationMemory: SecretMemory | undefined;
  #places: Uint8Array;
  readonly #associationPlaces: Uint8Array;
  readonly #secrets = new Map<SecretName, Uint8Array>();

  private constructor(
    memory: SecretMemory,
    places: Uint8Array,
    associationMemory: SecretMemory | undefined,
    associationPlaces: Uint8Array,
  ) {
    this.#memory = memory;
    this.#places = places;
    this.#associationMemory = associationMemory;
    this.#associationPlaces = associationPlaces;
  }

  /**
   * Memory for the secrets of an exchange, and of the association that it is to lead to: an exchange that has begun
   * does not fail for want of either.
   *
   * @param memory For the exchange.
   * @param associationMemory For the association; if missing, its secrets stay where the exchange has them.
   * @returns `undefined` if there is none left.
   */
  static reserve(memory: SecretMemory, associationMemory?: SecretMemory): ExchangeSecrets | undefined {
    const places = memory.allocate(EXCHANGE_BYTES);
    if (places === undefined) return undefined;
    if (associationMemory === undefined) return new ExchangeSecrets(memory, places, undefined, NO_PLACES);
    const associationPlaces = associationMemory.allocate(ASSOCIATION_BYTES);
    if (associationPlaces !== undefined) {
      return new ExchangeSecrets(memory, places, associationMemory, associationPlaces);
    }
    memory.release(places);
    return undefined;
  }

  /**
   * Moves the preshared key in.
   *
   * @param key The key; filled with zeros.
   * @returns False if there is no memory left.
   */
  moveKey(key: Uint8Array): boolean {
    this.erase("preshared key");
    const place = this.#memory.allocate(key.length);
    place?.set(key);
    key.fill(0);
    if (place !== undefined) this.#secrets.set("preshared key", place);
    return place !== undefined;
  }

  /**
   * Moves a secret in. A secret of the same name is erased.
   *
   * @param bytes The secret, at most 64 bytes, the exponent 128; filled with zeros.
   */
  move(name: Exclude<SecretName, "preshared key">, bytes: Uint8Array): void {
    this.erase(name);
    const at = PLACES[name] * PLACE_BYTES;
    const place = this.#places.subarray(at, at + bytes.length);
    place.set(bytes);
    bytes.fill(0);
    this.#secrets.set(name, place);
  }

  /**
   * The memory of a secret, to be read and not kept.
   *
   * @throws {Error} It is not here: a defect of the engine.
   */
  get(name: SecretName): Uint8Array {
    const place = this.#secrets.get(name);
    if (place === undefined) throw new Error(`The exchange has no ${name}`);
    return place;
  }

  /** Fills secrets with zeros. */
  erase(...names: readonly SecretName[]): void {
    for (const name of names) {
      const place = this.#secrets.get(name);
      if (place === undefined) continue;
      place.fill(0);
      this.#secrets.delete(name);
      if (name === "preshared key") this.#memory.release(place);
    }
  }

  /** Phase 1 is complete: what the association needs moves into the memory for those, all else is erased. */
  establish(): void {
    this.erase(...[...this.#secrets.keys()].filter((name) => !ASSOCIATION_PLACES.includes(name)));
    if (this.#associationMemory === undefined) return;
    ASSOCIATION_PLACES.forEach((name, index) => {
      const secret = this.get(name);
      const place = this.#associationPlaces.subarray(index * PLACE_BYTES, index * PLACE_BYTES + secret.length);
      place.set(secret);
      secret.fill(0);
      this.#secrets.set(name, place);
    });
    this.#memory.release(this.#places);
    this.#places = NO_PLACES;
  }

  /** Fills everything with zeros and gives the memory back. To be called once, at the end. */
  release(): void {
    this.erase(...this.#secrets.keys());
    if (this.#places !== NO_PLACES) this.#memory.release(this.#places);
    this.#associationMemory?.release(this.#associationPlaces);
  }
}

const SLOT_BYTES = 64;

/** Memory of a fixed length that need not be there before it is used. */
export interface ReservedMemory {
  /** Its length in bytes. */
  readonly lengthBytes: number;
  /** The memory itself, filled with zeros at first. */
  readonly bytes: Uint8Array;
}

/**
 * Memory for secrets in a region of RAM of fixed size, as firmware has it, in slots of 64 bytes. Exchanges are placed
 * from the bottom and keys from the top, so that the holes that keys leave split no place of an exchange.
 */
export class SecretRegion implements SecretMemory {
  readonly #region: ReservedMemory;
  readonly #slotCount: number;
  /** 1 for each slot that is taken. */
  #taken: Uint8Array | undefined = undefined;

  /**
   * A region of which nothing is taken.
   *
   * @param region Its memory, filled with zeros.
   */
  constructor(region: Uint8Array | ReservedMemory) {
    this.#region = region instanceof Uint8Array ? { lengthBytes: region.length, bytes: region } : region;
    this.#slotCount = Math.floor(this.#region.lengthBytes / SLOT_BYTES);
  }

  /**
   * How large a region should be.
   *
   * @param exchanges How many exchanges there are at once, half-open ones and associations counted.
   * @param longestKeyBytes The length of the longest preshared key.
   * @returns Bytes.
   */
  static regionBytesFor(exchanges: number, longestKeyBytes: number): number {
    return exchanges * (slotsFor(EXCHANGE_BYTES) + slotsFor(longestKeyBytes)) * SLOT_BYTES;
  }

  /**
   * How large a region for the secrets of associations should be.
   *
   * @param associations How many there are at once, exchanges that are to lead to one counted.
   * @returns Bytes.
   */
  static associationBytesFor(associations: number): number {
    return associations * slotsFor(ASSOCIATION_BYTES) * SLOT_BYTES;
  }

  /** Memory for one secret; `undefined` if there is none left in one piece. */
  allocate(lengthBytes: number): Uint8Array | undefined {
    const slots = slotsFor(lengthBytes);
    const taken = this.#taken ??= new Uint8Array(this.#slotCount);
    const last = this.#slotCount - slots;
    const [first, step] = lengthBytes === EXCHANGE_BYTES ? [0, slots] : [last, -1];
    for (let at = first; at >= 0 && at <= last; at += step) {
      if (taken.subarray(at, at + slots).includes(1)) continue;
      taken.fill(1, at, at + slots);
      return this.#region.bytes.subarray(at * SLOT_BYTES, at * SLOT_BYTES + lengthBytes);
    }
    return undefined;
  }

  /** What is not taken, which holds zeros: for a search for what was forgotten there. Nothing if none ever was. */
  unused(): Uint8Array[] {
    const taken = this.#taken;
    if (taken === undefined) return [];
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < taken.length;) {
      const end = taken.indexOf(1 - (taken[at] ?? 0), at);
      const next = end < 0 ? taken.length : end;
      if (taken[at] === 0) pieces.push(this.#region.bytes.subarray(at * SLOT_BYTES, next * SLOT_BYTES));
      at = next;
    }
    return pieces;
  }

  /** Takes memory back. */
  release(memory: Uint8Array): void {
    const at = (memory.byteOffset - this.#region.bytes.byteOffset) / SLOT_BYTES;
    this.#taken?.fill(0, at, at + slotsFor(memory.length));
  }
}

function slotsFor(lengthBytes: number): number {
  return Math.ceil(lengthBytes / SLOT_BYTES);
}
