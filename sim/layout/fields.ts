/**
 * The kinds of fields that a structure is made of.
 *
 * Names of C types are those of the Windows headers, because the layout tables
 * are compared with them.
 *
 * @module
 */

import type { CountField, FixedField, VariableField } from "./field.ts";
import { readUint16, readUint32, readUint64, writeUint16, writeUint32, writeUint64 } from "./integers.ts";
import type { FieldList, Structure, StructureValue } from "./structure.ts";

/** UCHAR: 8 bits, unsigned. */
export function u8(): FixedField<number> {
  return unsigned("UCHAR", 1, (bytes, offset) => bytes[offset] as number, (bytes, offset, value) => {
    bytes[offset] = value;
  });
}

/** USHORT: 16 bits, unsigned. */
export function u16(): FixedField<number> {
  return unsigned("USHORT", 2, readUint16, writeUint16);
}

/** ULONG: 32 bits, unsigned. */
export function u32(): FixedField<number> {
  return unsigned("ULONG", 4, readUint32, writeUint32);
}

/**
 * ULONGLONG: 64 bits, unsigned, as a bigint: flags above bit 52 would be lost in a number.
 *
 * @param cType The type in C; a pointer is one too.
 */
export function u64(cType = "ULONGLONG"): FixedField<bigint> {
  return {
    type: "fixed",
    cType,
    sizeBytes: 8,
    alignment: 8,
    refusal: (value) =>
      typeof value === "bigint" && value >= 0n && value < 1n << 64n
        ? undefined
        : { given: describe(value), accepted: "a bigint from 0 to 2^64 - 1" },
    read: readUint64,
    write: (all, offset, value) => writeUint64(all, offset, value as bigint),
  };
}

/** BOOLEAN: one byte, 0 is false; true is written as 1 and any other byte is read as true. */
export function boolean(): FixedField<boolean> {
  return truth("BOOLEAN", u8());
}

/** BOOL: 32 bits, 0 is false; true is written as 1 and any other number is read as true. */
export function boolean32(): FixedField<boolean> {
  return truth("BOOL", u32());
}

/**
 * UCHAR[n]: opaque bytes.
 *
 * @param lengthBytes How many.
 * @param cType The type in C where it is another, such as a ULONG in network byte order.
 */
export function bytes(lengthBytes: number, cType = `UCHAR[${lengthBytes}]`): FixedField<Uint8Array> {
  return {
    type: "fixed",
    cType,
    sizeBytes: lengthBytes,
    alignment: 1,
    refusal: (value) =>
      value instanceof Uint8Array && value.length === lengthBytes
        ? undefined
        : { given: describe(value), accepted: `${lengthBytes} bytes` },
    read: (all, offset) => all.subarray(offset, offset + lengthBytes),
    write: (all, offset, value) => all.set(value as Uint8Array, offset),
  };
}

/**
 * WCHAR[n + 1] as WMI fills it: a USHORT with the length in bytes, then UTF-16.
 * Some drivers give the whole room as length and fill it with zeros, so a
 * text ends at its first zero. A length that the room does not hold is read as
 * the room, and half a unit not at all: so Microsoft's iSCSI sample clamps.
 *
 * @param maximumCharacters The `n`.
 */
export function countedString(maximumCharacters: number): FixedField<string> {
  const sizeBytes = 2 * (maximumCharacters + 1);
  const accepted = `a text of up to ${maximumCharacters} UTF-16 units without a zero`;
  return {
    type: "fixed",
    cType: `WCHAR[${maximumCharacters + 1}]`,
    sizeBytes,
    alignment: 2,
    refusal: (value) =>
      typeof value === "string" && value.length <= maximumCharacters && !value.includes("\0")
        ? undefined
        : { given: describe(value), accepted },
    read(all, offset) {
      const end = Math.min(offset + 2 + readUint16(all, offset), offset + sizeBytes);
      let text = "";
      for (let place = offset + 2; place + 2 <= end; place += 2) {
        const unit = readUint16(all, place);
        if (unit === 0) break;
        text += String.fromCharCode(unit);
      }
      return text;
    },
    write(all, offset, value) {
      const text = value as string;
      writeUint16(all, offset, 2 * text.length);
      for (let index = 0; index < text.length; index++) {
        writeUint16(all, offset + 2 + 2 * index, text.charCodeAt(index));
      }
    },
  };
}

/**
 * As {@linkcode countedString}, but written with the whole room as length and zeros behind the text: what a driver must
 * write, because a reader of WMI looks for the next field right behind a shorter string (Microsoft's iSCSI sample).
 *
 * @param maximumCharacters The `n`.
 */
export function paddedString(maximumCharacters: number): FixedField<string> {
  const counted = countedString(maximumCharacters);
  return {
    ...counted,
    write(all, offset, value) {
      counted.write(all, offset, value);
      writeUint16(all, offset, 2 * maximumCharacters);
    },
  };
}

/**
 * A structure within a structure, padding at its end included.
 *
 * @param structure One without a variable part.
 */
export function nested<F extends FieldList>(structure: Structure<F>): FixedField<StructureValue<F>> {
  if (structure.hasVariablePart) {
    throw new RangeError(`Cannot nest ${structure.name}: expected a structure of fixed size`);
  }
  return {
    type: "fixed",
    cType: structure.name,
    sizeBytes: structure.sizeof,
    alignment: structure.alignment,
    refusal: (value) =>
      typeof value === "object" && value !== null
        ? undefined
        : { given: describe(value), accepted: `a ${structure.name}` },
    read: (all, offset) => structure.decode(all.subarray(offset, offset + structure.sizeof)),
    write: (all, offset, value) => {
      structure.encodeInto(value as StructureValue<F>, all.subarray(offset, offset + structure.sizeof));
    },
  };
}

/** The number of elements of a variable field: a ULONG. */
export function countOf(field: string): CountField {
  return { type: "count", cType: "ULONG", sizeBytes: 4, alignment: 4, of: field };
}

/** The number of elements of a variable field: a USHORT, so at most 65535. */
export function shortCountOf(field: string): CountField {
  return { type: "count", cType: "USHORT", sizeBytes: 2, alignment: 2, of: field };
}

/** UCHAR[count]. */
export function variableBytes(count: string): VariableField<Uint8Array> {
  return {
    type: "variable",
    cType: "UCHAR[]",
    elementBytes: 1,
    alignment: 1,
    count,
    refusal: (value) => value instanceof Uint8Array ? undefined : { given: describe(value), accepted: "bytes" },
    read: (all, offset, length) => all.subarray(offset, offset + length),
    write: (all, offset, value) => all.set(value as Uint8Array, offset),
  };
}

/** ULONG[count]. */
export function variableU32(count: string): VariableField<readonly number[]> {
  return variableArray(count, u32());
}

/** An array of structures of fixed size. */
export function variableStructures<F extends FieldList>(
  count: string,
  structure: Structure<F>,
): VariableField<readonly StructureValue<F>[]> {
  return variableArray(count, nested(structure));
}

function variableArray<T>(count: string, element: FixedField<T>): VariableField<readonly T[]> {
  const accepted = `an array of ${element.cType}`;
  return {
    type: "variable",
    cType: `${element.cType}[]`,
    elementBytes: element.sizeBytes,
    alignment: element.alignment,
    count,
    refusal(value) {
      if (!Array.isArray(value)) return { given: describe(value), accepted };
      return value.map((each) => element.refusal(each)).find((refused) => refused !== undefined);
    },
    read: (all, offset, length) =>
      Array.from({ length }, (_, index) => element.read(all, offset + index * element.sizeBytes)),
    write: (all, offset, value) => {
      (value as readonly T[]).forEach((each, index) => element.write(all, offset + index * element.sizeBytes, each));
    },
  };
}

function unsigned(
  cType: string,
  sizeBytes: 1 | 2 | 4,
  read: (bytes: Uint8Array, offset: number) => number,
  write: (bytes: Uint8Array, offset: number, value: number) => void,
): FixedField<number> {
  const limit = 2 ** (8 * sizeBytes);
  return {
    type: "fixed",
    cType,
    sizeBytes,
    alignment: sizeBytes,
    refusal: (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= 0 && value < limit
        ? undefined
        : { given: describe(value), accepted: `a whole number from 0 to ${limit - 1}` },
    read,
    write: (all, offset, value) => write(all, offset, value as number),
  };
}

function truth(cType: string, number: FixedField<number>): FixedField<boolean> {
  return {
    ...number,
    cType,
    refusal: (value) => typeof value === "boolean" ? undefined : { given: describe(value), accepted: "true or false" },
    read: (all, offset) => number.read(all, offset) !== 0,
    write: (all, offset, value) => number.write(all, offset, value === true ? 1 : 0),
  };
}

/** Shapes only: what is given may be a key. */
function describe(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Object.prototype.toString.call(value) === "[object Uint8Array]") return "a Uint8Array of another realm";
  if (typeof value === "number" || typeof value === "bigint") return `${value}`;
  return typeof value === "string" ? `a text of ${value.length} units` : typeof value;
}
