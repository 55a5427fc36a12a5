/**
 * By which name and with which key an adapter may present itself, from nothing
 * but what applications have set: the port's own key, exact port before all
 * ports; then what a key of exactly this port names; then a name with a key for
 * all ports; then the group key; then another's address with a key for all
 * ports. Of several the one that was set first.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { equalBytes } from "@noble/ciphers/utils.js";
import type { KeyIdentity } from "../../../../firmware/cache/key_table.ts";
import {
  addressIdentificationType,
  ALL_PORTS,
  isAddressIdentification,
} from "../../../../firmware/manual/interface.ts";
import type { Target } from "../../world/target.ts";
import type { LastWriter, Value } from "./last_writer.ts";
import { GROUP_KEY, keyName } from "./observed.ts";

/** Who an adapter may say it is, and with which key; none if it has no key. */
export interface Presented {
  /** Type and bytes of the identification. */
  readonly identity: Pick<KeyIdentity, "idType" | "id">;
  /** The key in hex. */
  readonly key: Value;
}

/** Knows whom keys were set for. */
export class PresentedKeys {
  readonly #writer: LastWriter;
  readonly #identities = new Map<string, KeyIdentity>();

  /** Nobody has set anything. */
  constructor(writer: LastWriter) {
    this.#writer = writer;
  }

  /** Somebody sets a key for an identifier. */
  note({ portNumber, idType, id }: KeyIdentity): void {
    this.#identities.set(keyName({ portNumber, idType, id }), { portNumber, idType, id: id.slice() });
  }

  /** Whom keys of an adapter were set for. */
  identities(adapter: number): readonly KeyIdentity[] {
    return this.#writer.names(adapter).flatMap((name) => this.#identities.get(name) ?? []);
  }

  /**
   * What an adapter may present at a port to somebody whom its login brings no key for.
   *
   * @param adapter The adapter, counted from 0.
   * @param portNumber The port.
   * @param addresses Those of the adapter's ports.
   */
  of(adapter: number, portNumber: number, addresses: readonly Uint8Array[]): readonly Presented[] {
    const own = ownIdentity(addresses[portNumber] ?? new Uint8Array(4));
    const isOwn = (each: KeyIdentity) => addresses.some((address) => isSame(each, ownIdentity(address)));
    const others = this.identities(adapter).filter((each) => !isSame(each, own));
    const forAll = others.filter((each) => each.portNumber === ALL_PORTS);
    const levels: readonly (() => readonly Presented[])[] = [
      ...[portNumber, ALL_PORTS].map((port) => () => this.#keysOf(adapter, { ...own, portNumber: port })),
      () => this.#first(adapter, others.filter((each) => each.portNumber === portNumber)),
      () => this.#first(adapter, forAll.filter(({ idType }) => !isAddressIdentification(idType))),
      () => [...this.#writer.allowed(adapter, GROUP_KEY)].map((key) => ({ identity: own, key })),
      () => this.#first(adapter, forAll.filter((each) => isAddressIdentification(each.idType) && !isOwn(each))),
    ];
    const presented: Presented[] = [];
    for (const level of levels) {
      const here = level();
      presented.push(...here.filter(({ key }) => key !== undefined));
      if (here.length > 0 && here.every(({ key }) => key !== undefined)) return presented;
    }
    return [...presented, { identity: own, key: undefined }];
  }

  /** What the one of several that was set first says; with nothing in it if it may be that none is there. */
  #first(adapter: number, several: readonly KeyIdentity[]): readonly Presented[] {
    const ordered = this.#writer.inOrder(adapter, several.map(keyName));
    const presented: Presented[] = [];
    let mayBeNone = true;
    for (const name of ordered ?? several.map(keyName)) {
      const identity = this.#identities.get(name);
      const keys = identity === undefined ? [] : this.#keysOf(adapter, identity);
      presented.push(...keys.filter(({ key }) => key !== undefined));
      if (keys.length === 0 || keys.some(({ key }) => key === undefined)) continue;
      mayBeNone = false;
      if (ordered !== undefined) break;
    }
    const [none] = several;
    return mayBeNone && none !== undefined ? [...presented, { identity: none, key: undefined }] : presented;
  }

  #keysOf(adapter: number, identity: KeyIdentity): readonly Presented[] {
    return [...this.#writer.allowed(adapter, keyName(identity))].map((key) => ({ identity, key }));
  }
}

/** What a target makes of what is presented: in both modes the same, or it depends on the mode. */
export function acceptance(
  target: Target,
  address: Uint8Array,
  { identity, key }: Presented,
): "yes" | "no" | "perhaps" {
  const byAddress = keyAt(target, ownIdentity(address));
  const byName = keyAt(target, identity);
  const isAggressive = key !== undefined && byName === key;
  const isMain = isAggressive && byAddress === key;
  return isMain ? "yes" : isAggressive ? "perhaps" : "no";
}

/** What a target has for somebody, in hex. */
export function keyAt({ keys }: Target, { idType, id }: Presented["identity"]): Value {
  const entry = keys.find((each) => each.id !== "any" && each.id.type === idType && equalBytes(each.id.bytes, id)) ??
    keys.find((each) => each.id === "any");
  return entry === undefined ? undefined : bytesToHex(entry.key);
}

/** As whom an address presents itself. */
export function ownIdentity(address: Uint8Array): Presented["identity"] {
  return { idType: addressIdentificationType(address), id: address };
}

function isSame(one: Presented["identity"], other: Presented["identity"]): boolean {
  return one.idType === other.idType && equalBytes(one.id, other.id);
}
