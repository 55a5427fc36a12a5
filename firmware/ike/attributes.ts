/**
 * Data attributes (RFC 2408 §3.3): a type of 15 bits and a value, which is
 * two bytes or has a length of its own.
 *
 * @module
 */

import { createView } from "@noble/hashes/utils.js";
import { AttributeType, LIFE_TYPE_KILOBYTES, LIFE_TYPE_SECONDS } from "./constants.ts";
import { badProposal, type Refusal } from "./refusals.ts";

/** One attribute. */
export interface Attribute {
  /** Its type. */
  readonly type: number;
  /** Its value; `undefined` if it is empty or no safe integer, such as a group's prime. */
  readonly value: number | undefined;
}

/** An attribute to be sent. */
export interface OutgoingAttribute {
  /** Its type. */
  readonly type: number;
  /** Its value, below 2^32. */
  readonly value: number;
}

/** Attributes, in order. */
export interface Attributes {
  /** Decoded. */
  readonly type: "attributes";
  /** The attributes. */
  readonly attributes: readonly Attribute[];
}

/** Reads attributes up to the end of some bytes. */
export function decodeAttributes(bytes: Uint8Array): Attributes | Refusal {
  const view = createView(bytes);
  const attributes: Attribute[] = [];
  for (let offset = 0; offset < bytes.length;) {
    if (offset + 4 > bytes.length) return badProposal("an attribute is cut short");
    const field = view.getUint16(offset);
    const valueOrLength = view.getUint16(offset + 2);
    offset += 4;
    if (field & 0x8000) {
      attributes.push({ type: field & 0x7fff, value: valueOrLength });
      continue;
    }
    if (offset + valueOrLength > bytes.length) return badProposal(`an attribute of ${valueOrLength} bytes`);
    attributes.push({ type: field, value: integer(bytes.subarray(offset, offset + valueOrLength)) });
    offset += valueOrLength;
  }
  return { type: "attributes", attributes };
}

function integer(bytes: Uint8Array): number | undefined {
  if (bytes.length === 0) return undefined;
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Lays attributes out: two-byte values in the short form, longer ones in four bytes.
 *
 * @param long Types whose values have four bytes, however short they are.
 */
export function encodeAttributes(attributes: readonly OutgoingAttribute[], ...long: readonly number[]): Uint8Array {
  const isShort = ({ type, value }: OutgoingAttribute) => value <= 0xffff && !long.includes(type);
  const bytes = new Uint8Array(attributes.reduce((sum, each) => sum + (isShort(each) ? 4 : 8), 0));
  const view = createView(bytes);
  let offset = 0;
  for (const attribute of attributes) {
    const { type, value } = attribute;
    if (isShort(attribute)) {
      view.setUint16(offset, 0x8000 | type);
      view.setUint16(offset + 2, value);
      offset += 4;
    } else {
      view.setUint16(offset, type);
      view.setUint16(offset + 2, 4);
      view.setUint32(offset + 4, value);
      offset += 8;
    }
  }
  return bytes;
}

/** Lifetimes that attributes name. */
export interface Lifetime {
  /** In seconds; `undefined` if none is named. */
  readonly seconds: number | undefined;
}

/**
 * Reads pairs of life type and duration: each duration belongs to the life
 * type right before it (RFC 2409 appendix A). Kilobytes are understood and not
 * kept account of: phase 1 moves few. A duration of 0 names no lifetime: charon sends it where none is configured.
 *
 * @returns `undefined` if they do not pair up, are repeated, or are no number.
 */
export function lifetimeOf(attributes: readonly Attribute[]): Lifetime | undefined {
  let seconds: number | undefined;
  const types = new Set<number>();
  for (let index = 0; index < attributes.length; index++) {
    const { type, value } = attributes[index] as Attribute;
    if (type === AttributeType.lifeDuration) return undefined;
    if (type !== AttributeType.lifeType) continue;
    const duration = attributes[++index];
    if (value !== LIFE_TYPE_SECONDS && value !== LIFE_TYPE_KILOBYTES) return undefined;
    if (duration?.type !== AttributeType.lifeDuration || types.has(value)) return undefined;
    if (duration.value === undefined) return undefined;
    types.add(value);
    if (value === LIFE_TYPE_SECONDS && duration.value > 0) seconds = duration.value;
  }
  return { seconds };
}

/** The shortest lifetime that is heeded of a peer, in seconds: a shorter one would have this end do nothing but re-key. */
const LEAST_LIFETIME_SECONDS = 60;

/** A lifetime that a peer names, in seconds, as far as it is heeded. */
export function atLeastFloor(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.max(seconds, LEAST_LIFETIME_SECONDS);
}

/** True when two lists say the same, in whatever order and form: daemons reorder attributes in their answer. */
export function sameAttributes(a: readonly Attribute[], b: readonly Attribute[]): boolean {
  const key = (attributes: readonly Attribute[]) =>
    attributes.map(({ type, value }) => `${type}=${value}`).sort().join();
  return key(a) === key(b);
}
