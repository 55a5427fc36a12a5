/**
 * Values as JSON has them.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { fingerprint } from "../../trace/fingerprint.ts";
import { SECRET_FIELDS } from "./decode/structure_text.ts";

/** Fields of structures that are secrets; the API writes them with a small letter. */
const SECRETS: ReadonlySet<string> = new Set([...SECRET_FIELDS].map((field) => field.toLowerCase()));

/**
 * Values for programs: bytes in hexadecimal, numbers of 64 bits as texts in hexadecimal, secrets as their length and
 * fingerprint.
 *
 * @param field What the value is called.
 */
export function jsonOf(value: unknown, field: string = ""): unknown {
  if (value instanceof Uint8Array) {
    return SECRETS.has(field.toLowerCase())
      ? { lengthBytes: value.length, fingerprint: fingerprint(value) }
      : bytesToHex(value);
  }
  if (typeof value === "bigint") return `0x${value.toString(16)}`;
  if (Array.isArray(value)) return value.map((each) => jsonOf(each, field));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, jsonOf(each, name)]));
}
