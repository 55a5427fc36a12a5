/**
 * Buffers of WMI as text, by the structures of the classes. Keys and passwords
 * are shown as fingerprints.
 *
 * @module
 */

import * as adapterEvents from "../../../../host/wmi/adapter_events.ts";
import * as adapterInformation from "../../../../host/wmi/adapter_information.ts";
import * as adapterOperations from "../../../../host/wmi/adapter_operations.ts";
import * as persistentLogins from "../../../../host/wmi/persistent_logins.ts";
import * as portalInfo from "../../../../host/wmi/portal_info.ts";
import * as securityConfigOperations from "../../../../host/wmi/security_config_operations.ts";
import * as sessionInfo from "../../../../host/wmi/session_info.ts";
import * as statistics from "../../../../host/wmi/statistics.ts";
import { bytesToHex } from "@noble/hashes/utils.js";
import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { type FieldList, Structure, StructureError } from "../../../layout/structure.ts";
import { alternatives } from "../../../shape/alternatives.ts";
import { nearestWord } from "../../../shape/nearest_word.ts";
import { fingerprint } from "../../../trace/fingerprint.ts";

const MODULES: readonly object[] = [
  ...[securityConfigOperations, adapterOperations, persistentLogins, sessionInfo, portalInfo],
  ...[adapterInformation, statistics, adapterEvents],
];

/** All structures by their names. */
export const STRUCTURES: ReadonlyMap<string, Structure<FieldList>> = new Map(
  MODULES.flatMap((module) => Object.values(module)).filter((each) => each instanceof Structure)
    .map((structure: Structure<FieldList>) => [structure.name, structure]),
);

/** Fields that are secrets, whatever structure they are in. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set(["Key", "Password"]);

/**
 * Describes a buffer.
 *
 * @param name Of the structure: `SetPresharedKeyForId_IN`.
 * @throws {InputError} There is no such structure, or the bytes are none.
 */
export function describeStructure(name: string, bytes: Uint8Array): readonly string[] {
  const { value, restBytes } = readStructure(name, bytes);
  const rest = restBytes > 0 ? [`  ${restBytes} bytes follow`] : [];
  return [`${name}, ${bytes.length} bytes`, ...describeFields(value, "  "), ...rest];
}

/** A buffer that was read by its structure. */
export interface ReadStructure {
  readonly value: Readonly<Record<string, unknown>>;
  /** How many bytes follow that are no part of it. */
  readonly restBytes: number;
}

/**
 * Reads a buffer.
 *
 * @param name Of the structure: `SetPresharedKeyForId_IN`.
 * @throws {InputError} There is no such structure, or the bytes are none.
 */
export function readStructure(name: string, bytes: Uint8Array): ReadStructure {
  const structure = STRUCTURES.get(name);
  if (structure === undefined) {
    const names = [...STRUCTURES.keys()].toSorted();
    const nearest = nearestWord(name, names);
    const hint = nearest === undefined ? "" : `; did you mean ${quoted(nearest)}?`;
    throw new InputError(`--structure ${quoted(name)}: there is no such structure${hint} (${alternatives(names)})`);
  }
  try {
    const value: Readonly<Record<string, unknown>> = structure.decode(bytes);
    const needed = structure.hasVariablePart ? structure.neededBytes(bytes) : structure.sizeof;
    return { value, restBytes: Math.max(0, bytes.length - needed) };
  } catch (error) {
    if (error instanceof StructureError) throw new InputError(`--structure ${quoted(name)}: ${error.message}`);
    throw error;
  }
}

function describeFields(fields: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(fields).flatMap(([field, value]) => describeValue(field, value, indent));
}

function describeValue(field: string, value: unknown, indent: string): string[] {
  if (value instanceof Uint8Array) return [`${indent}${field}: ${describeBytes(field, value)}`];
  if (Array.isArray(value)) return value.flatMap((each, index) => describeValue(`${field}[${index}]`, each, indent));
  if (typeof value === "object" && value !== null) {
    return [`${indent}${field}:`, ...describeFields({ ...value }, `${indent}  `)];
  }
  if (typeof value === "string") return [`${indent}${field}: ${quoted(value)}`];
  const hex = typeof value === "bigint" || typeof value === "number" && value > 9 ? ` (0x${value.toString(16)})` : "";
  return [`${indent}${field}: ${String(value)}${hex}`];
}

function describeBytes(field: string, bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  return SECRET_FIELDS.has(field) ? `${bytes.length} bytes, fingerprint ${fingerprint(bytes)}` : bytesToHex(bytes);
}
