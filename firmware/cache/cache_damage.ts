/**
 * What of the security cache is known to be damaged, and whether that decides
 * an answer.
 *
 * A damaged record still has its place in the order in which records are
 * looked for: one that would have been found first must not be passed over
 * for another that would have been found later.
 *
 * @module
 */

import {
  ALL_PORTS,
  decodeKeyName,
  encodeKeyName,
  encodeTunnelName,
  type TunnelAddressRequest,
} from "../manual/interface.ts";
import type { KeyIdentity, KeyTable } from "./key_table.ts";
import { type DamagedRecord, isSecret, type NvramRecord, type NvramStore } from "../nvram/store.ts";

const NONE: readonly DamagedRecord[] = [];

/** The damage of one adapter's cache. */
export class CacheDamage {
  /** The store could not be mounted: all that it holds is out of reach. */
  storeFailed = false;
  readonly #store: NvramStore | undefined;
  /** Records of which the store gave several with one name. */
  #ambiguous: DamagedRecord[] = [];

  /**
   * The damage of a store.
   *
   * @param store `undefined` if there is none: then nothing is ever damaged.
   */
  constructor(store: NvramStore | undefined) {
    this.#store = store;
  }

  /**
   * The records of which the store gave one with each name. Of two nobody can say which is the newer, the order says
   * nothing: none of them can be used until it is set again.
   */
  withoutAmbiguous(entries: readonly NvramRecord[]): readonly NvramRecord[] {
    const ambiguous = ambiguousRecords(entries);
    return entries.filter((record) => {
      if (!ambiguous.has(recordKey(record))) return true;
      record.value.fill(0);
      if (!this.#has(record.class, record.name)) this.#ambiguous.push({ class: record.class, name: record.name });
      return false;
    });
  }

  /** A record was set again. */
  forgetAmbiguous({ class: recordClass, name }: DamagedRecord): void {
    this.#ambiguous = this.#ambiguous.filter((each) => each.class !== recordClass || each.name.join() !== name.join());
  }

  /** All keys were cleared. */
  forgetAmbiguousKeys(): void {
    this.#ambiguous = this.#ambiguous.filter((each) => !isSecret(each.class));
  }

  /** How many records of the cache are known to be damaged or lost; persistent logins are not the cache's. */
  get count(): number {
    const health = this.#store?.health();
    if (health === undefined) return 0;
    const known = health.damaged.length + this.#ambiguous.length;
    return (known === 0 ? 0 : known - this.persistentLogins.length) + health.unidentifiedDamage;
  }

  /** The damaged records of persistent logins. */
  get persistentLogins(): readonly DamagedRecord[] {
    return [...this.#damaged("persistent-logon"), ...this.#damaged("persistent-logon-part")];
  }

  /** Whether the persistent login with exactly this name is damaged. */
  hasPersistentLogin(name: Uint8Array): boolean {
    return this.#has("persistent-logon", name);
  }

  /** How many keys for identifiers are damaged; each keeps its room until it is set again. */
  get keys(): number {
    return this.#damaged("preshared-key").length;
  }

  /** How many tunnel addresses are damaged. */
  get tunnels(): number {
    return this.#damaged("tunnel-address").length;
  }

  /** Whether a record that seems absent may have been lost. */
  get mayHideRecords(): boolean {
    return this.storeFailed || (this.#store?.health().unidentifiedDamage ?? 0) > 0;
  }

  /** Whether the group key is damaged. */
  get hasGroupKey(): boolean {
    return this.#damaged("group-key").length > 0;
  }

  /** Whether the key of exactly this port and identifier is damaged. */
  hasKey(identity: KeyIdentity): boolean {
    return this.#has("preshared-key", encodeKeyName(identity));
  }

  /** Whether the tunnel address with exactly this name is damaged. */
  hasTunnel(name: Uint8Array): boolean {
    return this.#has("tunnel-address", name);
  }

  /** Whether what {@linkcode KeyTable.find} is asked for is damaged, and would be found before what is there. */
  decidesKey(query: KeyIdentity, table: KeyTable): boolean {
    for (const portNumber of new Set([query.portNumber, ALL_PORTS])) {
      const identity = { ...query, portNumber };
      if (table.has(identity)) return false;
      if (this.hasKey(identity)) return true;
    }
    if (query.portNumber !== ALL_PORTS) return false;
    // The lowest port decides.
    const found = table.find(query)?.portNumber ?? Infinity;
    return this.#damaged("preshared-key").map(({ name }) => decodeKeyName(name)).some((identity) =>
      identity.portNumber < found && this.hasKey({ ...query, portNumber: identity.portNumber })
    );
  }

  /** Whether the outer address for a port and destination is damaged: exact port, then all ports. */
  decidesTunnel(
    { portNumber, destination }: Pick<TunnelAddressRequest, "portNumber" | "destination">,
    isSet: (name: Uint8Array) => boolean,
  ): boolean {
    for (const port of [portNumber, ALL_PORTS]) {
      const name = encodeTunnelName({ portNumber: port, destination });
      if (isSet(name)) return false;
      if (this.hasTunnel(name)) return true;
    }
    return this.mayHideRecords;
  }

  #damaged(recordClass: DamagedRecord["class"]): readonly DamagedRecord[] {
    const damaged = this.#store?.health().damaged ?? NONE;
    // Nearly always, and asked at each command and each look.
    if (damaged.length + this.#ambiguous.length === 0) return NONE;
    return [...damaged, ...this.#ambiguous].filter((record) => record.class === recordClass);
  }

  #has(recordClass: DamagedRecord["class"], name: Uint8Array): boolean {
    return this.#damaged(recordClass).some((record) => record.name.join() === name.join());
  }
}

/** Class and name of a record as a text that tells it from all others. */
function recordKey({ class: recordClass, name }: DamagedRecord): string {
  return `${recordClass}/${name.join(".")}`;
}

/** The {@linkcode recordKey} of each name that more than one of some records has. */
function ambiguousRecords(entries: readonly NvramRecord[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const ambiguous = new Set<string>();
  for (const record of entries) {
    const key = recordKey(record);
    if (seen.has(key)) ambiguous.add(key);
    seen.add(key);
  }
  return ambiguous;
}
