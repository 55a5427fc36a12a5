/**
 * Which identifier, key and mode a session uses.
 *
 * The key: one brought by the login; else the explicit key for the exact port
 * and identifier; else that for all ports; else the group key; else none.
 *
 * The identifier, when the login names none: the port's own address if a key
 * is set for it; else what a key of exactly this port names, be it a name or
 * another address, because SetPresharedKeyForId says how the port names itself;
 * else a name with a key for all ports; else the port's address with the group
 * key; else an address with a key for all ports that is none of this adapter's
 * (one for all adapters may be another one's: so the group key comes first).
 * Of several the one that was set first, a rule of this adapter, for no source
 * orders them.
 *
 * The mode: the login's SecurityFlags, or if those are not VALID the flags of
 * the key's entry. Flags that are VALID and do not ask for IKE want no phase 1
 * at all. Main mode alone, aggressive mode alone, or both: main first,
 * and aggressive if that fails and the identifier is not the port's address
 * (with a preshared key, main mode goes by that: RFC 2409 §5.4).
 *
 * @module
 */

import type { CacheDamage } from "../cache/cache_damage.ts";
import { type IkePolicy, type Phase1Mode, sameIdentification } from "../ike/mod.ts";
import {
  addressIdentificationType,
  ALL_PORTS,
  CHOOSE_IDENTIFICATION,
  isAddressIdentification,
  IsdscStatus,
  SecurityFlag,
  type SessionRequest,
} from "../manual/interface.ts";
import type { KeyIdentity, KeyTable, KeyTableEntry } from "../cache/key_table.ts";

/** Where a key came from. */
export type KeySource = "login" | "explicit" | "all ports" | "group";

/** What a session will use. */
export interface KeySelection {
  /** A choice was made. */
  readonly type: "selected";
  /** The modes to try, in order. */
  readonly modes: readonly Phase1Mode[];
  /** The identifier to present. */
  readonly identity: KeyIdentity;
  /** A copy of the key as it stands now; the user fills it with zeros when done. */
  readonly key: Uint8Array;
  /** Where it came from. */
  readonly source: KeySource;
  /** The flags that decided. */
  readonly securityFlags: bigint;
}

/** A session that cannot begin. */
export interface NoSelection {
  /** No choice was possible. */
  readonly type: "refused";
  /** The ISDSC status. */
  readonly status: number;
  /** Why, in words. */
  readonly reason: string;
}

/** A session that needs no phase 1. */
export interface NoPhase1 {
  /** The flags do not ask for IKE. */
  readonly type: "withoutPhase1";
}

/** What came of a choice. */
export type Selection = KeySelection | NoSelection | NoPhase1;

/** A choice without the modes that a policy does not have; refused if none is left. */
export function withModesOf(selection: Selection, policy: Pick<IkePolicy, "modes">): Selection {
  if (selection.type !== "selected") return selection;
  const modes = selection.modes.filter((mode) => policy.modes.includes(mode));
  if (modes.length > 0) return { ...selection, modes };
  selection.key.fill(0);
  const reason = `the policy has no ${selection.modes.join(" and no ")} mode`;
  return { type: "refused", status: IsdscStatus.FAILED_TO_CONFIGURE_IPSEC, reason };
}

/** What a choice is made from. */
export interface SelectionInput {
  /** What the session that is asked for says of identifier, key and mode. */
  readonly request: Pick<SessionRequest, "securityFlags" | "idType" | "id" | "key">;
  /** The port that it leaves from. */
  readonly portNumber: number;
  /** The addresses of the adapter's ports, 4 or 16 bytes each. */
  readonly portAddresses: readonly Uint8Array[];
  /** The RAM key table. */
  readonly keyTable: KeyTable;
  /** What of the cache is known to be damaged. */
  readonly damage: CacheDamage;
}

/** The identifier that a session without a key or an identifier of its own presents. */
export function presentedIdentity(input: Omit<SelectionInput, "request">): KeyIdentity {
  const nothing = new Uint8Array(0);
  return chooseIdentity({
    ...input,
    request: { securityFlags: 0n, idType: CHOOSE_IDENTIFICATION, id: nothing, key: nothing },
  });
}

/** Chooses identifier, key and modes for a session. */
export function selectKey(input: SelectionInput): Selection {
  const { request, damage, keyTable } = input;
  if (wantsNoPhase1(request.securityFlags)) return { type: "withoutPhase1" };
  const identity = chooseIdentity(input);
  if (request.key.length === 0 && damage.decidesKey(identity, keyTable)) {
    return {
      type: "refused",
      status: IsdscStatus.CACHE_CORRUPTED,
      reason: "the stored key is damaged",
    };
  }
  const found = findKey(input, identity);
  if (found === undefined && (damage.hasGroupKey || damage.mayHideRecords)) {
    return {
      type: "refused",
      status: IsdscStatus.CACHE_CORRUPTED,
      reason: "no key for this identifier, and the one that would do may have been lost",
    };
  }
  if (found === undefined) {
    return {
      type: "refused",
      status: IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE,
      reason: "no key for this identifier and no group key",
    };
  }
  const securityFlags = decidingFlags(request.securityFlags, found.entry);
  if (wantsNoPhase1(securityFlags)) {
    found.key.fill(0);
    return { type: "withoutPhase1" };
  }
  const modes = chooseModes(securityFlags, isSame(identity, ownIdentity(input)));
  if (modes.length === 0) {
    found.key.fill(0);
    return {
      type: "refused",
      status: IsdscStatus.INVALID_PARAMETER,
      reason: "the security flags allow neither main nor aggressive mode with IKE",
    };
  }
  return {
    type: "selected",
    modes,
    identity,
    key: found.key,
    source: found.source,
    securityFlags,
  };
}

/** Whom a session presents itself as. */
export function chooseIdentity(input: SelectionInput): KeyIdentity {
  const { request, portNumber, keyTable, damage } = input;
  if (request.idType !== CHOOSE_IDENTIFICATION) {
    return { portNumber, idType: request.idType, id: request.id.slice() };
  }
  const own = ownIdentity(input);
  if (request.key.length > 0 || keyTable.find(own) !== undefined || damage.decidesKey(own, keyTable)) return own;
  const entries = keyTable.entries();
  const forAll = entries.filter((entry) => entry.portNumber === ALL_PORTS);
  const named = entries.find((entry) => entry.portNumber === portNumber) ??
    forAll.find(({ idType }) => !isAddressIdentification(idType));
  const hasGroupKey = keyTable.hasGroupKey || damage.hasGroupKey;
  const chosen = named ?? (hasGroupKey ? own : forAll.find((entry) => !isOfAdapter(entry, input)) ?? own);
  return { portNumber, idType: chosen.idType, id: chosen.id };
}

function ownIdentity({ portNumber, portAddresses }: Pick<SelectionInput, "portNumber" | "portAddresses">): KeyIdentity {
  const id = portAddresses[portNumber] ?? new Uint8Array(4);
  return { portNumber, idType: addressIdentificationType(id), id };
}

function isOfAdapter(identity: KeyIdentity, { portAddresses }: Pick<SelectionInput, "portAddresses">): boolean {
  return portAddresses.some((_, portNumber) => isSame(identity, ownIdentity({ portNumber, portAddresses })));
}

function isSame(one: KeyIdentity, other: KeyIdentity): boolean {
  return sameIdentification({ idType: one.idType, data: one.id }, { idType: other.idType, data: other.id });
}

function findKey(
  { request, keyTable }: SelectionInput,
  identity: KeyIdentity,
): {
  readonly key: Uint8Array;
  readonly source: KeySource;
  readonly entry?: KeyTableEntry;
} | undefined {
  if (request.key.length > 0) {
    return { key: request.key.slice(), source: "login" };
  }
  const entry = keyTable.find(identity);
  const key = entry === undefined ? undefined : keyTable.copyKey(entry);
  if (entry !== undefined && key !== undefined) {
    return {
      key,
      source: entry.portNumber === identity.portNumber ? "explicit" : "all ports",
      entry,
    };
  }
  const groupKey = keyTable.copyGroupKey();
  return groupKey === undefined ? undefined : { key: groupKey, source: "group" };
}

/** Neither the login nor the entry says anything: main mode, which RFC 3723 §2.3 makes mandatory. */
const DEFAULT_FLAGS = SecurityFlag.valid | SecurityFlag.ikeIpsecEnabled |
  SecurityFlag.mainModeEnabled;

function wantsNoPhase1(flags: bigint): boolean {
  return (flags & SecurityFlag.valid) !== 0n && (flags & SecurityFlag.ikeIpsecEnabled) === 0n;
}

function decidingFlags(
  login: bigint,
  entry: KeyTableEntry | undefined,
): bigint {
  if (login & SecurityFlag.valid) return login;
  if (entry !== undefined && entry.securityFlags & SecurityFlag.valid) {
    return entry.securityFlags;
  }
  return DEFAULT_FLAGS;
}

function chooseModes(
  flags: bigint,
  isOwnAddress: boolean,
): readonly Phase1Mode[] {
  if ((flags & SecurityFlag.ikeIpsecEnabled) === 0n) return [];
  const main = (flags & SecurityFlag.mainModeEnabled) !== 0n;
  const aggressive = (flags & SecurityFlag.aggressiveModeEnabled) !== 0n;
  if (main && aggressive) return isOwnAddress ? ["main"] : ["main", "aggressive"];
  if (main) return ["main"];
  return aggressive ? ["aggressive"] : [];
}
