/**
 * Lists of structures that end in arrays of their own: each begins on an
 * 8-byte boundary, and where the next one begins follows from the lengths in
 * this one. So Microsoft's iSCSI sample lays out mappings and sessions
 * (`storage/iscsi/src/client/wmisample.c`); C has no such array.
 *
 * @module
 */

import { type FieldList, type Structure, StructureError, type StructureValue } from "../../sim/layout/structure.ts";

const ALIGNMENT_BYTES = 8;

/**
 * Lays a header and the structures behind it out.
 *
 * @param header The encoded header.
 * @param structure The kind of the elements.
 * @throws {StructureError} A field cannot hold its value.
 */
export function encodeList<F extends FieldList>(
  header: Uint8Array,
  structure: Structure<F>,
  values: readonly StructureValue<F>[],
): Uint8Array {
  const parts = values.map((value) => structure.encode(value));
  const bytes = new Uint8Array(parts.reduce((end, part) => boundary(end) + part.length, header.length));
  bytes.set(header);
  let end = header.length;
  for (const part of parts) {
    bytes.set(part, boundary(end));
    end = boundary(end) + part.length;
  }
  return bytes;
}

/**
 * Reads structures that follow each other; byte arrays are views.
 *
 * @param bytes Header and elements; what follows the last one is ignored.
 * @param offset Where the first one begins.
 * @param count How many there are.
 * @throws {StructureError} The bytes end too early, or mean nothing.
 */
export function decodeList<F extends FieldList>(
  bytes: Uint8Array,
  structure: Structure<F>,
  offset: number,
  count: number,
): readonly StructureValue<F>[] {
  const values: StructureValue<F>[] = [];
  let end = offset;
  for (let index = 0; index < count; index++) {
    const start = boundary(end);
    if (start + structure.fixedBytes > bytes.length) {
      throw new StructureError(`${structure.name} ${index}`, `${bytes.length} bytes`, `at least ${start + 1}`);
    }
    const element = bytes.subarray(start);
    values.push(structure.decode(element));
    end = start + structure.neededBytes(element);
  }
  return values;
}

function boundary(offset: number): number {
  return Math.ceil(offset / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
