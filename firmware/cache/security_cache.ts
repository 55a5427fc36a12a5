/**
 * The adapter's security cache: what the six methods of
 * MSiSCSI_SecurityConfigOperations change and read.
 *
 * Nonvolatile storage comes first, then RAM, then the completion: what was
 * acknowledged is never only in RAM on an adapter that has flash, and RAM and
 * flash never disagree afterwards. Checks are made in one order for all
 * methods: capability, port, identification type, its size, key size,
 * integrity, capacity, and only then the change.
 *
 * @module
 */

import type { Core } from "../../sim/kernel/core.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { allocateBytes, copyBytes } from "../../sim/layout/slab.ts";
import type { CostTable } from "../../sim/parts/cost_table.ts";
import {
  type AdapterInformation,
  AdapterStatus,
  ALL_PORTS,
  encodeTunnelName,
  Functionality,
  type InternetAddress,
  IsdscStatus,
  type PersistentLoginRequest,
  type PresharedKeyQuery,
  type PresharedKeyRequest,
  type TunnelAddressRequest,
} from "../manual/interface.ts";
import { CacheDamage } from "./cache_damage.ts";
import type { KeyTable } from "./key_table.ts";
import type { RecordWriters } from "./record_writers.ts";
import { isOfPersistentLogin, PersistentLogins } from "./persistent_logins.ts";
import { addressStatus, idStatus, keySizeStatus } from "./request_checks.ts";
import type { NvramRecord, NvramStore, RecordSize } from "../nvram/store.ts";
import {
  GENERATIONAL_GUID_NAME,
  groupKeyRecord,
  guidRecord,
  keyRecord,
  keyRecordIdentity,
  readKeyRecord,
  RESERVED_RECORDS,
  TUNNEL_ADDRESS_LIMIT,
  tunnelRecord,
} from "./security_records.ts";
import { accepted, STORED_IN_RAM, storeStatus } from "./store_outcome.ts";
import { TunnelTable } from "./tunnel_table.ts";

/** Where an adapter keeps keys. */
export type KeyStorage =
  /** In flash and in RAM. */
  | "nvram"
  /** In RAM only: the initiator service keeps the durable copy. */
  | "ram"
  /** Nowhere: each login brings its key. */
  | "none";

/** What the cache is made of. */
export interface SecurityCacheOptions {
  /** The firmware's core, which does the work. */
  readonly core: Core;
  /** What things cost. */
  readonly costs: CostTable;
  /** Where keys are kept. */
  readonly keyStorage: KeyStorage;
  /** The key table in RAM. */
  readonly keyTable: KeyTable;
  /** The store in flash; present exactly when `keyStorage` is `nvram`. */
  readonly store: NvramStore | undefined;
  /** How many network ports the adapter has. */
  readonly numberOfPorts: number;
  /** Whether tunnel mode is supported. */
  readonly tunnelMode: boolean;
  /** The version of the verified image. */
  readonly firmwareVersion: number;
  /** Who has written which record, for the trace. */
  readonly writers: RecordWriters;
}

/** What loading the cache from flash came to. */
export interface LoadReport {
  /** Keys now in the RAM table, the group key counted. */
  readonly keys: number;
  /** Records that were found damaged. */
  readonly damaged: number;
  /** The store could not be mounted at all. */
  readonly failed: boolean;
  /** The last write was cut off, or was acknowledged and is damaged: the store cannot tell. */
  readonly doubtful: boolean;
}

const GUID_BYTES = 16;

/** The cache of one adapter, from one boot to the next. */
export class SecurityCache {
  readonly #options: SecurityCacheOptions;
  readonly #table: KeyTable;
  readonly #store: NvramStore | undefined;
  readonly #tunnels = new TunnelTable();
  readonly #damage: CacheDamage;
  readonly #logins: PersistentLogins;
  #guid: Uint8Array = allocateBytes(GUID_BYTES);

  /**
   * A cache that has not loaded anything yet.
   *
   * @param options What it is made of.
   */
  constructor(options: SecurityCacheOptions) {
    this.#options = options;
    this.#table = options.keyTable;
    this.#store = options.store;
    this.#damage = new CacheDamage(options.store);
    this.#logins = new PersistentLogins({
      store: options.store,
      damage: this.#damage,
      leavesRoom: (records) => this.#keysInUse() <= this.#keyCapacity(records),
      writers: options.writers,
    });
  }

  /** Mounts the store and fills the RAM table from it, in place of what was loaded before. */
  *load(): Task<LoadReport> {
    const store = this.#store;
    this.#table.clear();
    this.#tunnels.clear();
    this.#guid.fill(0);
    if (store === undefined) {
      this.writers.forget();
      return { keys: 0, damaged: 0, failed: false, doubtful: false };
    }
    const mounted = yield* store.mount();
    if (mounted.type === "failed") {
      this.#damage.storeFailed = true;
      return { keys: 0, damaged: 0, failed: true, doubtful: false };
    }
    const records = this.#damage.withoutAmbiguous(store.entries());
    for (const record of records) {
      yield* this.#options.core.spend(this.#options.costs.keyTableCycles);
      this.writers.found(record);
      this.#loadRecord(record);
    }
    yield* this.#logins.load(records.filter((record) => isOfPersistentLogin(record.class)));
    if (mounted.doubtfulWrite) {
      // One key may be older than the one that was acknowledged last. The keys serve on; whoever named the cache must
      // look after it, whenever that comes to be: a generation that is gone from flash says so for as long as it takes.
      yield* store.delete("generational-guid", GENERATIONAL_GUID_NAME);
      this.#guid.fill(0);
    }
    const keys = this.#table.size + (this.#table.hasGroupKey ? 1 : 0);
    return { keys, damaged: this.#damage.count, failed: false, doubtful: mounted.doubtfulWrite };
  }

  /** SetPresharedKeyForId. */
  *setKey(request: PresharedKeyRequest): Task<number> {
    const refused = this.#keyStorageStatus() ||
      this.#portStatus(request.portNumber) ||
      idStatus(request.idType, request.id.length) ||
      keySizeStatus(request.key.length);
    if (refused) return refused;
    const isNew = !this.#table.has(request) && !this.#damage.hasKey(request);
    if (isNew && this.#keysInUse() >= this.#keyCapacity()) return IsdscStatus.HBA_SECURITY_CACHE_FULL;
    const stored = yield* this.#put(keyRecord(request));
    if (stored !== IsdscStatus.SUCCESS) return stored;
    yield* this.#options.core.spend(this.#options.costs.keyTableCycles);
    this.#table.set(request, request.key);
    return IsdscStatus.SUCCESS;
  }

  /** GetPresharedKeyForId: explicit entries only; the group key is not "configured for that identifier". */
  *getFlags(
    query: PresharedKeyQuery,
  ): Task<{ readonly status: number; readonly securityFlags: bigint; readonly because?: number }> {
    const refused = this.#keyStorageStatus() ||
      this.#portStatus(query.portNumber) ||
      idStatus(query.idType, query.id.length);
    if (refused) return { status: refused, securityFlags: 0n };
    yield* this.#options.core.spend(this.#options.costs.keyTableCycles);
    const entry = this.#table.find(query);
    // While damage cannot be assigned to a record, nobody can say that this one was never there.
    const isLost = this.#damage.decidesKey(query, this.#table) ||
      (entry === undefined && this.#damage.mayHideRecords);
    if (isLost) return { status: IsdscStatus.CACHE_CORRUPTED, securityFlags: 0n };
    if (entry === undefined) return { status: IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE, securityFlags: 0n };
    const because = this.writers.of(keyRecordIdentity(entry));
    return { status: IsdscStatus.SUCCESS, securityFlags: entry.securityFlags, because };
  }

  /** SetGroupPresharedKey. */
  *setGroupKey(key: Uint8Array): Task<number> {
    const refused = this.#keyStorageStatus() || keySizeStatus(key.length);
    if (refused) return refused;
    const stored = yield* this.#put(groupKeyRecord(key));
    if (stored !== IsdscStatus.SUCCESS) return stored;
    yield* this.#options.core.spend(this.#options.costs.keyTableCycles);
    this.#table.setGroupKey(key);
    return IsdscStatus.SUCCESS;
  }

  /** SetTunnelModeOuterAddress. An empty outer address is refused: there is no method that removes one. */
  *setTunnelAddress(request: TunnelAddressRequest): Task<number> {
    if (!this.#options.tunnelMode) return IsdscStatus.REQUEST_NOT_SUPPORTED;
    const refused = this.#keyStorageStatus() ||
      this.#portStatus(request.portNumber) ||
      addressStatus(request.destination) || addressStatus(request.outerAddress);
    if (refused) return refused;
    const recordName = encodeTunnelName(request);
    const isNew = !this.#tunnels.has(recordName) && !this.#damage.hasTunnel(recordName);
    if (isNew && this.#tunnels.size + this.#damage.tunnels >= TUNNEL_ADDRESS_LIMIT) {
      return IsdscStatus.HBA_SECURITY_CACHE_FULL;
    }
    const stored = yield* this.#put(tunnelRecord(request));
    if (stored !== IsdscStatus.SUCCESS) return stored;
    this.#tunnels.set(request);
    return IsdscStatus.SUCCESS;
  }

  /** Saves what the adapter is to log in to by itself, with its key, which does not become one of the cache. */
  *savePersistentLogin(request: PersistentLoginRequest): Task<number> {
    const refused = (this.#store === undefined ? IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA : 0) ||
      this.#portStatus(request.portNumber) ||
      addressStatus(request.target) ||
      (request.key.length === 0 ? IsdscStatus.SUCCESS : keySizeStatus(request.key.length));
    return refused || (yield* this.#logins.save(request));
  }

  /**
   * ClearCache: all preshared keys go, from flash too; tunnel addresses and
   * everything else stay. The generational GUID is dropped first, so that a
   * power cut in between shows as an invalid cache.
   */
  *clear(): Task<number> {
    const refused = this.#keyStorageStatus();
    if (refused) return refused;
    let status: number = IsdscStatus.SUCCESS;
    if (this.#store !== undefined) {
      const dropped = yield* this.#store.delete("generational-guid", GENERATIONAL_GUID_NAME);
      if (!accepted(dropped)) return storeStatus(dropped);
      this.#guid.fill(0);
      const cleared = yield* this.#store.clearSecrets();
      status = storeStatus(cleared);
      // Without the scrub the keys are gone all the same: RAM must not go on to hold them.
      if (!accepted(cleared) && cleared.type !== "unscrubbed") return status;
    }
    this.#guid.fill(0);
    this.#table.clear();
    this.#damage.forgetAmbiguousKeys();
    this.writers.clear(["preshared-key", "group-key", "generational-guid"]);
    return status;
  }

  /**
   * SetGenerationalGuid: 16 opaque bytes; only a cache that outlives power has a generation. Whoever names a cache has
   * set all that is to be in it: what was lost without a name is reported no more.
   */
  *setGenerationalGuid(guid: Uint8Array): Task<number> {
    if (this.#options.keyStorage !== "nvram") return IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED;
    const stored = yield* this.#put(guidRecord(guid));
    if (stored !== IsdscStatus.SUCCESS) return stored;
    // Afterwards: a cut in between leaves a cache that is not valid.
    const forgotten = yield* this.#forgetLosses();
    if (forgotten !== IsdscStatus.SUCCESS) return forgotten;
    this.#guid = copyBytes(guid, 0, GUID_BYTES);
    return IsdscStatus.SUCCESS;
  }

  /**
   * The outer address for traffic through a port to a destination: exact port, then all ports.
   *
   * @returns `"damaged"` if the record that would decide is; `undefined` if there is none.
   */
  tunnelAddress(portNumber: number, destination: InternetAddress): InternetAddress | "damaged" | undefined {
    const isSet = (name: Uint8Array) => this.#tunnels.has(name);
    if (this.#damage.decidesTunnel({ portNumber, destination }, isSet)) return "damaged";
    return this.#tunnels.find(portNumber, destination);
  }

  /** The event that wrote the record by which {@linkcode tunnelAddress} answers; -1 if there is none. */
  tunnelWriter(portNumber: number, destination: InternetAddress): number {
    const names = [portNumber, ALL_PORTS].map((port) => encodeTunnelName({ portNumber: port, destination }));
    const name = names.find((each) => this.#tunnels.has(each));
    return name === undefined ? -1 : this.writers.of({ class: "tunnel-address", name });
  }

  /** What is known to be damaged. */
  get damage(): CacheDamage {
    return this.#damage;
  }

  /** What the adapter logs in to by itself. */
  get persistentLogins(): PersistentLogins {
    return this.#logins;
  }

  /** Who has written which record. */
  get writers(): RecordWriters {
    return this.#options.writers;
  }

  /** The RAM key table. */
  get keyTable(): KeyTable {
    return this.#table;
  }

  /** The generational GUID, a copy; zeros if the cache has no name. */
  get generationalGuid(): Uint8Array {
    return copyBytes(this.#guid);
  }

  /** How the adapter is, as {@linkcode SecurityCache.information} tells it: an `AdapterStatus`. */
  get status(): number {
    const { count, storeFailed } = this.#damage;
    if (storeFailed) return AdapterStatus.critical;
    return count > 0 || this.#store?.health().state === "degraded" ? AdapterStatus.degraded : AdapterStatus.working;
  }

  /** The adapter about itself. */
  information(): AdapterInformation {
    const nvram = this.#options.keyStorage === "nvram";
    const { count: damaged, storeFailed } = this.#damage;
    return {
      firmwareVersion: this.#options.firmwareVersion,
      numberOfPorts: this.#options.numberOfPorts,
      status: this.status,
      functionality: (nvram ? Functionality.presharedKeyCache : 0) |
        (this.#options.tunnelMode ? Functionality.ipsecTunnelMode : 0),
      cacheValid: nvram && !storeFailed && damaged === 0 && this.#guid.some((byte) => byte !== 0),
      keyCapacity: this.#options.keyStorage === "none" ? 0 : this.#keyCapacity(),
      keysStored: this.#table.size + (this.#table.hasGroupKey ? 1 : 0),
      keysDamaged: damaged,
      generationalGuid: this.generationalGuid,
    };
  }

  #loadRecord(record: NvramRecord): void {
    switch (record.class) {
      case "preshared-key": {
        const { entry, key } = readKeyRecord(record);
        this.#table.set(entry, key);
        key.fill(0);
        return;
      }
      case "group-key":
        this.#table.setGroupKey(record.value);
        record.value.fill(0);
        return;
      case "tunnel-address":
        this.#tunnels.load(record);
        return;
      case "generational-guid":
        this.#guid = copyBytes(record.value, 0, GUID_BYTES);
        return;
      case "persistent-logon":
      case "persistent-logon-part":
        return;
      default:
        return record.class satisfies never;
    }
  }

  *#put(record: NvramRecord): Task<number> {
    this.writers.begin(record);
    const stored = this.#store === undefined ? STORED_IN_RAM : yield* this.#store.put(record);
    record.value.fill(0);
    if (accepted(stored)) this.#damage.forgetAmbiguous(record);
    this.writers.end(record, stored.type === "stored");
    return storeStatus(stored);
  }

  *#forgetLosses(): Task<number> {
    return this.#store === undefined ? IsdscStatus.SUCCESS : storeStatus(yield* this.#store.forgetLosses());
  }

  /**
   * Keys for identifiers that always fit, of any size, beside what must never be refused and the persistent logins.
   *
   * @param more Further records that are to fit beside them.
   */
  #keyCapacity(more: readonly RecordSize[] = []): number {
    const others = [...RESERVED_RECORDS, ...this.#logins.records(), ...more];
    return Math.min(this.#table.capacity, this.#store?.capacity(others) ?? Infinity);
  }

  /** Keys for identifiers, damaged ones counted: each keeps its room until it is set again. */
  #keysInUse(): number {
    return this.#table.size + this.#damage.keys;
  }

  #keyStorageStatus(): number {
    return this.#options.keyStorage === "none" ? IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED : IsdscStatus.SUCCESS;
  }

  #portStatus(portNumber: number): number {
    return portNumber === ALL_PORTS || portNumber < this.#options.numberOfPorts
      ? IsdscStatus.SUCCESS
      : IsdscStatus.INVALID_PORT_NUMBER;
  }
}
