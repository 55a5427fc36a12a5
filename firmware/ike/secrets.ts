/**
 * Where the secrets of exchanges live.
 *
 * Every secret is moved into memory of its own when it comes into being, the
 * place it came from is filled with zeros, and so is its memory when it is no
 * longer needed. A simulated adapter gives memory that lies in its RAM, so that
 * a search of that RAM finds what was forgotten.
 *
 * @module
 */

/** Hands out memory for secrets. */
export interface SecretMemory {
  /**
   * Memory for one secret.
   *
   * @param lengthBytes Its length, 1 or more.
   */
  allocate(lengthBytes: number): Uint8Array;
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

/** The secrets of one exchange. */
export class ExchangeSecrets {
  readonly #memory: SecretMemory;
  readonly #secrets = new Map<SecretName, Uint8Array>();

  /**
   * No secrets yet.
   *
   * @param memory Where they will live.
   */
  constructor(memory: SecretMemory) {
    this.#memory = memory;
  }

  /**
   * Moves a secret in. A secret of the same name is erased.
   *
   * @param bytes The secret; filled with zeros.
   */
  move(name: SecretName, bytes: Uint8Array): void {
    this.erase(name);
    const memory = this.#memory.allocate(bytes.length);
    memory.set(bytes);
    bytes.fill(0);
    this.#secrets.set(name, memory);
  }

  /** Whether a secret is here. */
  has(name: SecretName): boolean {
    return this.#secrets.has(name);
  }

  /**
   * The memory of a secret, to be read and not kept.
   *
   * @throws {Error} It is not here: a defect of the engine.
   */
  get(name: SecretName): Uint8Array {
    const memory = this.#secrets.get(name);
    if (memory === undefined) throw new Error(`The exchange has no ${name}`);
    return memory;
  }

  /** Fills secrets with zeros and gives their memory back. */
  erase(...names: readonly SecretName[]): void {
    for (const name of names) {
      const memory = this.#secrets.get(name);
      if (memory === undefined) continue;
      memory.fill(0);
      this.#memory.release(memory);
      this.#secrets.delete(name);
    }
  }

  /** Erases everything. */
  eraseAll(): void {
    this.erase(...this.#secrets.keys());
  }
}

/** The secrets of more exchanges than were planned for. */
export class SecretMemoryExhaustedError extends Error {
  /**
   * Says what did not fit.
   *
   * @param lengthBytes What was asked for.
   * @param regionBytes What there is in all.
   */
  constructor(lengthBytes: number, regionBytes: number) {
    super(
      `A secret of ${lengthBytes} bytes does not fit into ${regionBytes} bytes: plan the region with regionBytesFor()`,
    );
    this.name = "SecretMemoryExhaustedError";
  }
}

/** Every secret but the preshared key fits into one slot: the longest is the output of SHA-512. */
const SLOT_BYTES = 64;

/** Secrets that an exchange has at once, beside the preshared key. */
const SLOTS_PER_EXCHANGE = 6;

/** Memory for secrets in a region of RAM of fixed size, as firmware has it: slots, and longer secrets in several. */
export class SecretRegion implements SecretMemory {
  readonly #region: Uint8Array;
  readonly #taken: boolean[];
  #cursor = 0;

  /**
   * A region of which nothing is taken.
   *
   * @param region Its memory.
   */
  constructor(region: Uint8Array) {
    this.#region = region;
    this.#taken = new Array<boolean>(Math.floor(region.length / SLOT_BYTES)).fill(false);
  }

  /**
   * How large a region must be.
   *
   * @param exchanges How many exchanges there are at once, half-open ones and associations counted.
   * @param longestKeyBytes The length of the longest preshared key.
   * @returns Bytes; twice what is needed, so that gaps between long keys do no harm.
   */
  static regionBytesFor(exchanges: number, longestKeyBytes: number): number {
    return 2 * exchanges * (SLOTS_PER_EXCHANGE + slotsFor(longestKeyBytes)) * SLOT_BYTES;
  }

  /**
   * Memory for one secret.
   *
   * @throws {SecretMemoryExhaustedError} None is left: the region was planned too small.
   */
  allocate(lengthBytes: number): Uint8Array {
    const slots = slotsFor(lengthBytes);
    const last = this.#taken.length - slots;
    for (let tried = 0, at = this.#cursor; tried <= last; tried++, at++) {
      if (at > last) at = 0;
      if (this.#taken.slice(at, at + slots).includes(true)) continue;
      this.#taken.fill(true, at, at + slots);
      this.#cursor = at + slots > last ? 0 : at + slots;
      return this.#region.subarray(at * SLOT_BYTES, at * SLOT_BYTES + lengthBytes);
    }
    throw new SecretMemoryExhaustedError(lengthBytes, this.#region.length);
  }

  /** Takes memory back. */
  release(memory: Uint8Array): void {
    const at = (memory.byteOffset - this.#region.byteOffset) / SLOT_BYTES;
    this.#taken.fill(false, at, at + slotsFor(memory.length));
  }
}

function slotsFor(lengthBytes: number): number {
  return Math.ceil(lengthBytes / SLOT_BYTES);
}
