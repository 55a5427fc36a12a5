/**
 * Keys by whom they are for and what they are: the same in the key table, on
 * flash and in the service's store.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { ALL_PORTS, IdentificationType, isAddressIdentification } from "../../../../firmware/manual/interface.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import { alternatives } from "../../../shape/alternatives.ts";
import { convertedScalar, distinct, doc, either, filled, list, optional } from "../../../shape/shape.ts";
import { fingerprint } from "../../../trace/fingerprint.ts";
import type { Range } from "../../faults/range.ts";
import { COUNT_RANGE } from "../ranges.ts";
import { IDENTIFIER_OR_ANY, KEY, PORT, type ScenarioId, SECURITY_FLAGS } from "../values.ts";
import type { StepCheck } from "../step_check.ts";
import { counted, type Finding } from "./look.ts";

/** A key that was found. Its bytes are a copy, filled with zeros when it has been looked at. */
export interface FoundKey {
  /** Whom it is for; `any` is the group key. */
  readonly id: ScenarioId | "any";
  readonly port: number;
  readonly flags: bigint;
  readonly key: Uint8Array;
}

/** Which keys are meant. */
export interface KeyPattern {
  readonly id?: ScenarioId | "any";
  readonly port?: number;
  readonly key?: readonly Uint8Array[];
  readonly flags?: bigint;
  readonly count?: Range;
}

const ONE_OF_KEYS = either<readonly Uint8Array[], readonly Uint8Array[]>(
  convertedScalar(KEY, (key): readonly Uint8Array[] => [key]),
  filled(distinct(list(KEY))),
);

/** The fields of a look at keys. */
export const KEY_PATTERN = {
  id: doc("Whose key: an identifier, or any for the group key; all but that by default.", optional(IDENTIFIER_OR_ANY)),
  port: doc("Of which port; whichever by default.", optional(PORT)),
  key: doc("The key, or several of which it is one; whichever by default.", optional(ONE_OF_KEYS)),
  flags: doc("Its flags; whichever by default.", optional(SECURITY_FLAGS)),
  count: doc("How many there must be; 1.. by default, and 0 for none.", optional(COUNT_RANGE)),
} as const;

/** Refuses a pattern that no key of some adapters can fit: that none does would be no finding. */
export function checkPattern({ id, port, flags }: KeyPattern, adapters: readonly string[], check: StepCheck): void {
  if (id === "any") {
    if (port !== undefined && port !== ALL_PORTS) {
      check.part("port").refuse(`${port} beside id: any`, "all: the group key is for all ports");
    }
    if (flags !== undefined && flags !== 0n) {
      check.part("flags").refuse(`0x${flags.toString(16)} beside id: any`, "0: the group key has none");
    }
    return;
  }
  if (port === undefined || port === ALL_PORTS) return;
  const ports = adapters.map((name) =>
    [name, check.world.adapters.get(name)?.networkInterface.addresses ?? []] as const
  );
  if (ports.some(([, addresses]) => port < addresses.length)) return;
  const accepted = ports.map(([name, addresses]) => `${name}: ${alternatives(addresses.keys())}`);
  check.part("port").about(adapters, "ports").refuse(String(port), `all, or a port of ${accepted.join(", ")}`);
}

/** Looks for keys among others, and fills them with zeros. */
export function findKeys(where: string, pattern: KeyPattern, keys: readonly FoundKey[]): Finding {
  const fits = keys.map((each) => isMeant(pattern, each));
  const told = keys.map(tellKey);
  const found = told.filter((_, index) => fits[index]);
  const others = pattern.id === undefined
    ? []
    : told.filter((_, index) => !fits[index] && isSameId(pattern, keys[index]));
  for (const { key } of keys) key.fill(0);
  return counted(`${tellPattern(pattern)} ${where}`, pattern.count, found, others);
}

function isMeant(pattern: KeyPattern, found: FoundKey): boolean {
  const { id, port, key, flags } = pattern;
  return (id === undefined ? found.id !== "any" : isSameId(pattern, found)) &&
    (port === undefined || port === found.port) &&
    (flags === undefined || flags === found.flags) &&
    (key === undefined || key.some((each) => equalBytes(each, found.key)));
}

/** Whether a key is for the identifier that is meant. */
export function isSameId({ id }: KeyPattern, found: FoundKey | undefined): boolean {
  if (id === undefined || found === undefined) return false;
  if (id === "any" || found.id === "any") return id === found.id;
  return id.type === found.id.type && equalBytes(id.bytes, found.id.bytes);
}

function tellPattern({ id, port, key, flags, count }: KeyPattern): string {
  const noun = count === undefined || count.most === 1 && count.least === 1 || count.text === "1.." ? "key" : "keys";
  return [
    key === undefined ? noun : `${noun} ${key.map(fingerprint).join(" or ")}`,
    ...(id === undefined ? [] : [`for ${tellId(id)}`]),
    ...(port === undefined ? [] : [tellPort(port)]),
    ...(flags === undefined ? [] : [`with flags 0x${flags.toString(16)}`]),
  ].join(" ");
}

/** A key in words: whom it is for, and its fingerprint. */
export function tellKey({ id, port, flags, key }: FoundKey): string {
  if (id === "any") return `key ${fingerprint(key)} for any`;
  return `key ${fingerprint(key)} for ${tellId(id)} ${tellPort(port)} with flags 0x${flags.toString(16)}`;
}

function tellPort(port: number): string {
  return port === ALL_PORTS ? "at all ports" : `at port ${port}`;
}

function tellId(id: ScenarioId | "any"): string {
  if (id === "any") return "any";
  const isAddress = isAddressIdentification(id.type) &&
    id.bytes.length === (id.type === IdentificationType.ID_IPV4_ADDR ? 4 : 16);
  return isAddress ? formatInternetAddress(id.bytes) : JSON.stringify(new TextDecoder().decode(id.bytes));
}
