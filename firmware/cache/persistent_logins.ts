/**
 * Persistent logins in nonvolatile memory, each with its own key, which is
 * not in the key cache: ClearCache leaves it.
 *
 * A login is a head, named after port, portal and target, and parts of up to
 * 256 bytes, sealed, so that none is larger than what the store is made for.
 * The parts of a new login are written first and named by its number; the head
 * that gives this number is the commit; the parts of the login before it go
 * last. Parts that no head knows of are what a cut has left over, and are
 * removed at the next boot. Targets' names are compared without case (RFC 3722),
 * and kept as they were spelled first.
 *
 * | Record | Name | Value |
 * |---|---|---|
 * | `persistent-logon` | port 4, address type 1, address 16, socket 2, target's name | number 4, length 2 |
 * | `persistent-logon-part` | number 4, index 1 | SecurityFlags 8, lengths of key and password 2 + 2, key, password, description; cut every 256 bytes |
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import {
  AddressType,
  type InternetAddress,
  IsdscStatus,
  MAX_TARGET_NAME_BYTES,
  PACKED_ADDRESS_BYTES,
  type PersistentLoginName,
  type PersistentLoginRequest,
  readPackedAddress,
  writePackedAddress,
} from "../manual/interface.ts";
import type { NvramRecord, NvramStore, RecordClass, RecordSize } from "../nvram/store.ts";
import type { CacheDamage } from "./cache_damage.ts";
import type { RecordWriters } from "./record_writers.ts";

/** How many persistent logins an adapter keeps. */
export const PERSISTENT_LOGIN_LIMIT = 16;

/** A persistent login as far as it is no secret. */
export interface SavedLogin {
  /** Its number: higher than that of all that were saved before. */
  readonly number: number;
  /** Port from 0, or all ports. */
  readonly portNumber: number;
  /** The target's address. */
  readonly target: InternetAddress;
  /** The target's TCP port. */
  readonly socket: number;
  /** The target's name. */
  readonly targetName: Uint8Array;
}

/** What the store is made of. */
export interface PersistentLoginOptions {
  /** The nonvolatile store; `undefined` if there is none: then nothing can be saved. */
  readonly store: NvramStore | undefined;
  /** What is known to be damaged. */
  readonly damage: CacheDamage;
  /** Whether a number of largest keys that are there would still fit beside all else and some records. */
  readonly leavesRoom: (records: readonly RecordSize[]) => boolean;
  /** Who has written which record. */
  readonly writers: RecordWriters;
}

interface Entry extends SavedLogin {
  readonly name: Uint8Array;
  readonly lengthBytes: number;
}

const HEAD = "persistent-logon";
const PART = "persistent-logon-part";
const SOCKET_OFFSET = 4 + PACKED_ADDRESS_BYTES;
const NAME_OFFSET = SOCKET_OFFSET + 2;
const HEAD_VALUE_BYTES = 6;
const PART_NAME_BYTES = 5;
const PART_BYTES = 256;
const CONTENT_HEAD_BYTES = 12;

/** The persistent logins of one adapter. */
export class PersistentLogins {
  readonly #options: PersistentLoginOptions;
  readonly #entries = new Map<string, Entry>();
  #lastNumber = 0;

  /**
   * Nothing is loaded yet.
   *
   * @param options What it is made of.
   */
  constructor(options: PersistentLoginOptions) {
    this.#options = options;
  }

  /** The logins, in the order in which they were saved. */
  logins(): readonly SavedLogin[] {
    return [...this.#entries.values()].sort((a, b) => a.number - b.number);
  }

  /** What of the store they take, for whoever must know how much is left. */
  records(): readonly RecordSize[] {
    const damaged = this.#options.damage.persistentLogins
      .map(({ class: recordClass, name }) => ({ class: recordClass, nameBytes: name.length, valueBytes: PART_BYTES }));
    return [...[...this.#entries.values()].flatMap(recordSizes), ...damaged];
  }

  /**
   * Takes over what the store had, and removes what a cut has left over.
   *
   * @param records Those of the two classes; values are filled with zeros.
   */
  *load(records: readonly NvramRecord[]): Task {
    const { store, damage } = this.#options;
    const numbers = new Set<number>();
    for (const { class: recordClass, name, value } of records) {
      if (recordClass === HEAD) {
        const entry = readHead(name, value);
        this.#entries.set(name.join(), entry);
        numbers.add(entry.number);
      }
      this.#lastNumber = Math.max(this.#lastNumber, numberIn(recordClass === HEAD ? value : name));
      value.fill(0);
    }
    // A head that cannot be read may have given a number to any of the parts.
    if (store === undefined || damage.persistentLogins.length > 0 || damage.mayHideRecords) return;
    for (const { class: recordClass, name } of records) {
      if (recordClass === PART && !numbers.has(numberIn(name))) yield* store.delete(PART, name);
    }
  }

  /**
   * Saves a login, in place of one with the same port, portal and target.
   *
   * @returns An ISDSC status. Whatever goes wrong, the login before is as it was.
   */
  *save(request: PersistentLoginRequest): Task<number> {
    const { store, damage, leavesRoom } = this.#options;
    const failed = IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
    if (store === undefined || damage.storeFailed || request.targetName.length > MAX_TARGET_NAME_BYTES) return failed;
    const isSpelled = this.#names().find((each) => isSame(request, readName(each)));
    const name = isSpelled ?? encodeName(request);
    const before = this.#entries.get(name.join());
    const isNew = before === undefined && !damage.hasPersistentLogin(name);
    if (isNew && this.#entries.size + damage.persistentLogins.length >= PERSISTENT_LOGIN_LIMIT) return failed;
    const content = encodeContent(request);
    const entry = readHead(name, encodeHead(this.#lastNumber + 1, content.length));
    // For a moment both are there.
    if (!leavesRoom(recordSizes(entry))) return failed;
    this.#lastNumber = entry.number;
    const saved = yield* this.#write(store, entry, content);
    content.fill(0);
    yield* this.#removeParts(store, saved ? before : entry);
    if (!saved) return failed;
    damage.forgetAmbiguous({ class: HEAD, name });
    this.#entries.set(name.join(), entry);
    return IsdscStatus.SUCCESS;
  }

  /** Forgets the logins that a name stands for, damaged ones too: those of all portals if it names none. */
  *remove(wanted: PersistentLoginName): Task<number> {
    const { store, damage } = this.#options;
    if (store === undefined) return IsdscStatus.NOT_FOUND;
    if (damage.storeFailed) return IsdscStatus.COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA;
    const found = this.#names().filter((name) => isMeant(wanted, readName(name)));
    for (const name of found) {
      const { type } = yield* store.delete(HEAD, name);
      if (type !== "stored" && type !== "unchanged") return IsdscStatus.COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA;
      const entry = this.#entries.get(name.join());
      this.#entries.delete(name.join());
      damage.forgetAmbiguous({ class: HEAD, name });
      yield* this.#removeParts(store, entry);
    }
    return found.length > 0 ? IsdscStatus.SUCCESS : IsdscStatus.NOT_FOUND;
  }

  /**
   * All of a login; `undefined` if there is none with this number, or it is damaged.
   *
   * @returns Key and password are copies, which the caller fills with zeros.
   */
  open(number: number): PersistentLoginRequest | undefined {
    const entry = [...this.#entries.values()].find((each) => each.number === number);
    const content = entry === undefined ? undefined : this.#content(entry);
    return entry === undefined || content === undefined ? undefined : { ...entry, reserved: 0, ...content };
  }

  /** The event that wrote the login with a number; -1 if there is none, or nobody knows. */
  writerOf(number: number): number {
    const entry = [...this.#entries.values()].find((each) => each.number === number);
    return entry === undefined ? -1 : this.#options.writers.of({ class: HEAD, name: entry.name });
  }

  /** The names of all heads, damaged ones too. */
  #names(): readonly Uint8Array[] {
    const damaged = this.#options.damage.persistentLogins.filter((record) => record.class === HEAD);
    return [...this.#entries.values(), ...damaged].map(({ name }) => name);
  }

  *#write(store: NvramStore, entry: Entry, content: Uint8Array): Task<boolean> {
    for (let index = 0; index < partCount(entry); index++) {
      const value = content.slice(index * PART_BYTES, (index + 1) * PART_BYTES);
      const { type } = yield* store.put({ class: PART, name: partName(entry.number, index), value });
      value.fill(0);
      if (type !== "stored" && type !== "unchanged") return false;
    }
    const head = { class: HEAD, name: entry.name, value: encodeHead(entry.number, entry.lengthBytes) } as const;
    this.#options.writers.begin(head);
    const { type } = yield* store.put(head);
    this.#options.writers.end(head, type === "stored");
    return type === "stored" || type === "unchanged";
  }

  /** What cannot be removed now is removed at the next boot. */
  *#removeParts(store: NvramStore, entry: Entry | undefined): Task {
    if (entry === undefined) return;
    for (let index = 0; index < partCount(entry); index++) yield* store.delete(PART, partName(entry.number, index));
  }

  #content(entry: Entry): ReturnType<typeof decodeContent> | undefined {
    const content = new Uint8Array(entry.lengthBytes);
    for (let index = 0; index < partCount(entry); index++) {
      const part = this.#options.store?.get(PART, partName(entry.number, index));
      if (part?.type !== "found") return undefined;
      content.set(part.value.subarray(0, entry.lengthBytes - index * PART_BYTES), index * PART_BYTES);
      part.value.fill(0);
    }
    const decoded = decodeContent(content);
    content.fill(0);
    return decoded;
  }
}

function recordSizes(entry: Entry): RecordSize[] {
  const part = (index: number): RecordSize => ({
    class: PART,
    nameBytes: PART_NAME_BYTES,
    valueBytes: Math.min(PART_BYTES, entry.lengthBytes - index * PART_BYTES),
  });
  return [
    { class: HEAD, nameBytes: entry.name.length, valueBytes: HEAD_VALUE_BYTES },
    ...Array.from({ length: partCount(entry) }, (_, index) => part(index)),
  ];
}

function partCount({ lengthBytes }: Entry): number {
  return Math.ceil(lengthBytes / PART_BYTES);
}

/**
 * A name without a portal stands for the logins to all of them. The port is compared as it is: 0xFFFFFFFF names the
 * login that was saved for any port, which no other name could tell from those of single ports.
 */
function isMeant(wanted: PersistentLoginName, login: Omit<SavedLogin, "number">): boolean {
  const { target, socket } = wanted.target.type === AddressType.empty ? login : wanted;
  return isSame({ portNumber: wanted.portNumber, target, socket, targetName: wanted.targetName }, login);
}

/** Whether port, portal and target are the same. */
function isSame(one: PersistentLoginName, other: PersistentLoginName): boolean {
  return one.portNumber === other.portNumber && one.socket === other.socket && one.target.type === other.target.type &&
    one.target.bytes.join() === other.target.bytes.join() && caseFolded(one) === caseFolded(other);
}

function caseFolded({ targetName }: PersistentLoginName): string {
  return new TextDecoder().decode(targetName).toLowerCase();
}

function encodeName({ portNumber, target, socket, targetName }: PersistentLoginRequest): Uint8Array {
  const name = new Uint8Array(NAME_OFFSET + targetName.length);
  const view = new DataView(name.buffer);
  view.setUint32(0, portNumber, true);
  writePackedAddress(name, 4, target);
  view.setUint16(SOCKET_OFFSET, socket, true);
  name.set(targetName, NAME_OFFSET);
  return name;
}

function readName(name: Uint8Array): Omit<SavedLogin, "number"> {
  const view = new DataView(name.buffer, name.byteOffset, name.byteLength);
  return {
    portNumber: view.getUint32(0, true),
    target: readPackedAddress(name, 4),
    socket: view.getUint16(SOCKET_OFFSET, true),
    targetName: name.slice(NAME_OFFSET),
  };
}

function encodeHead(number: number, lengthBytes: number): Uint8Array {
  const value = new Uint8Array(HEAD_VALUE_BYTES);
  const view = new DataView(value.buffer);
  view.setUint32(0, number, true);
  view.setUint16(4, lengthBytes, true);
  return value;
}

function readHead(name: Uint8Array, value: Uint8Array): Entry {
  const lengthBytes = new DataView(value.buffer, value.byteOffset).getUint16(4, true);
  return { ...readName(name), name, number: numberIn(value), lengthBytes };
}

/** The number that a head's value and a part's name begin with. */
function numberIn(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function partName(number: number, index: number): Uint8Array {
  const name = new Uint8Array(PART_NAME_BYTES);
  new DataView(name.buffer).setUint32(0, number, true);
  name[4] = index;
  return name;
}

function encodeContent({ securityFlags, key, password, description }: PersistentLoginRequest): Uint8Array {
  const content = new Uint8Array(CONTENT_HEAD_BYTES + key.length + password.length + description.length);
  const view = new DataView(content.buffer);
  view.setBigUint64(0, securityFlags, true);
  view.setUint16(8, key.length, true);
  view.setUint16(10, password.length, true);
  content.set(key, CONTENT_HEAD_BYTES);
  content.set(password, CONTENT_HEAD_BYTES + key.length);
  content.set(description, CONTENT_HEAD_BYTES + key.length + password.length);
  return content;
}

function decodeContent(
  content: Uint8Array,
): Pick<PersistentLoginRequest, "securityFlags" | "key" | "password" | "description"> {
  const view = new DataView(content.buffer);
  const keyEnd = CONTENT_HEAD_BYTES + view.getUint16(8, true);
  const passwordEnd = keyEnd + view.getUint16(10, true);
  return {
    securityFlags: view.getBigUint64(0, true),
    key: content.slice(CONTENT_HEAD_BYTES, keyEnd),
    password: content.slice(keyEnd, passwordEnd),
    description: content.slice(passwordEnd),
  };
}

/** True for the classes of records that persistent logins are made of. */
export function isOfPersistentLogin(recordClass: RecordClass): boolean {
  return recordClass === HEAD || recordClass === PART;
}
