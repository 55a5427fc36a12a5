/**
 * Binary structures from declarative field lists.
 *
 * One list of fields gives size, offsets, encoding, decoding and the layout
 * table of a C structure as a little-endian 64-bit compiler lays it out: each
 * scalar on its natural boundary, the whole padded to its largest one. What
 * the C language cannot say, WMI adds: arrays whose length stands in another
 * field, one right after the other, and counted strings (a USHORT of bytes,
 * then UTF-16).
 *
 * Rules: padding is zero when encoded and ignored when decoded. Decoding reads
 * nothing outside the bytes given and throws nothing but
 * {@linkcode StructureError}, whatever the bytes are. Sums of lengths are made
 * in doubles, so no 32-bit length can wrap them.
 *
 * @module
 */

import { readUint16, readUint32, writeUint16, writeUint32 } from "./integers.ts";
import type { CountField, Field, FixedField, VariableField } from "./field.ts";

/** Bytes that are not the structure, or a value that the structure cannot hold. */
export class StructureError extends Error {
  /** Structure and field: `SetPresharedKeyForId_IN.Key`. */
  readonly field: string;
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says what is wrong.
   *
   * @param field Structure and field.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(field: string, given: string, accepted: string) {
    super(`${field}: ${given}, expected ${accepted}`);
    this.name = "StructureError";
    this.field = field;
    this.given = given;
    this.accepted = accepted;
  }
}

/** The fields of a structure, in order. */
export type FieldList = { readonly [name: string]: Field };

/** The value of a structure: its fields by name. Counts are left out; they are the lengths of what they count. */
export type StructureValue<F extends FieldList> = {
  readonly [Name in keyof F as F[Name] extends CountField ? never : Name]: F[Name] extends FixedField<infer T> ? T
    : F[Name] extends VariableField<infer T> ? T
    : never;
};

interface PlacedField {
  readonly name: string;
  readonly path: string;
  readonly field: Field;
  /** Offset of a fixed field or a count, and of the first variable field; -1 for later variable fields. */
  readonly offset: number;
}

/**
 * A structure.
 *
 * @typeParam F Its fields.
 */
export class Structure<F extends FieldList> {
  /** The name in errors and tables. */
  readonly name: string;
  /** The largest alignment of a field, in bytes. */
  readonly alignment: number;
  /** `sizeof` in C: with padding at the end, a variable array counted as one element. */
  readonly sizeof: number;
  /** Where the last fixed field ends, or where the first variable one begins: the least that can be decoded, in bytes. */
  readonly fixedBytes: number;
  readonly #fields: readonly PlacedField[];
  readonly #byName: ReadonlyMap<string, PlacedField>;
  readonly #variable: boolean;

  /**
   * A structure of named fields.
   *
   * @param name Its name in C.
   * @param fields Its fields, fixed ones first.
   * @throws {StructureError} The list makes no structure: a fixed field after a variable one, or a count without its array.
   */
  constructor(name: string, fields: F) {
    this.name = name;
    const placed: PlacedField[] = [];
    let offset = 0;
    let alignment = 1;
    let sizeof = 0;
    let variable = false;
    for (const [fieldName, field] of Object.entries(fields)) {
      const path = `${name}.${fieldName}`;
      this.#checkField(path, field, fields, variable);
      alignment = Math.max(alignment, field.alignment);
      offset = align(offset, field.alignment);
      placed.push({ name: fieldName, path, field, offset: variable ? -1 : offset });
      if (field.type === "variable") {
        if (!variable) sizeof = offset + field.elementBytes;
        variable = true;
      } else {
        offset += field.sizeBytes;
        sizeof = offset;
      }
    }
    this.alignment = alignment;
    this.fixedBytes = offset;
    this.sizeof = align(sizeof, alignment);
    this.#fields = placed;
    this.#byName = new Map(placed.map((each) => [each.name, each]));
    this.#variable = variable;
  }

  /** True when the structure ends in arrays whose lengths stand in other fields. */
  get hasVariablePart(): boolean {
    return this.#variable;
  }

  /**
   * FIELD_OFFSET in C.
   *
   * @param name A fixed field, or the first variable one.
   * @returns Bytes from the beginning.
   * @throws {StructureError} The place of the field depends on the lengths of those before it.
   */
  offsetOf(name: keyof F & string): number {
    const placed = this.#byName.get(name);
    if (placed === undefined || placed.offset < 0) {
      throw new StructureError(`${this.name}.${name}`, "no fixed offset", "a fixed field or the first variable one");
    }
    return placed.offset;
  }

  /**
   * How many bytes the structure takes according to the lengths that stand in it.
   *
   * @param bytes At least its fixed part.
   * @throws {StructureError} `bytes` ends before the fixed part does.
   */
  neededBytes(bytes: Uint8Array): number {
    this.#requireFixed(bytes);
    let end = this.fixedBytes;
    for (const { field } of this.#fields) {
      if (field.type !== "variable") continue;
      end = align(end, field.alignment) + field.elementBytes * this.#count(bytes, field.count);
    }
    return end;
  }

  /**
   * How many bytes {@linkcode Structure.encode} gives for a value: to the end
   * of the last array, or `sizeof` where there is none.
   */
  encodedBytes(value: StructureValue<F>): number {
    if (!this.#variable) return this.sizeof;
    let end = this.fixedBytes;
    for (const { name, field } of this.#fields) {
      if (field.type !== "variable") continue;
      end = align(end, field.alignment) + field.elementBytes * this.#array(value, name).length;
    }
    return end;
  }

  /**
   * Lays a value out.
   *
   * @throws {StructureError} A field cannot hold its value.
   */
  encode(value: StructureValue<F>): Uint8Array {
    const bytes = new Uint8Array(this.encodedBytes(value));
    this.#write(value, bytes);
    return bytes;
  }

  /**
   * Lays a value out in existing memory, which is filled with zeros first as far as the structure reaches.
   *
   * @param target At least {@linkcode Structure.encodedBytes} long.
   * @returns How many bytes were written.
   * @throws {StructureError} A field cannot hold its value, or `target` is too short.
   */
  encodeInto(value: StructureValue<F>, target: Uint8Array): number {
    const length = this.encodedBytes(value);
    if (target.length < length) {
      throw new StructureError(this.name, `room for ${target.length} bytes`, `at least ${length}`);
    }
    target.fill(0, 0, length);
    this.#write(value, target);
    return length;
  }

  /** Writes the fields into bytes that are zero. */
  #write(value: StructureValue<F>, bytes: Uint8Array): void {
    let end = this.fixedBytes;
    for (const { name, path, field, offset } of this.#fields) {
      switch (field.type) {
        case "count":
          writeCount(bytes, offset, field, path, this.#array(value, field.of).length);
          break;
        case "fixed": {
          const given = (value as Record<string, unknown>)[name];
          const refused = field.refusal(given);
          if (refused !== undefined) throw new StructureError(path, refused.given, refused.accepted);
          field.write(bytes, offset, given);
          break;
        }
        case "variable": {
          const array = this.#array(value, name);
          const refused = field.refusal(array);
          if (refused !== undefined) throw new StructureError(path, refused.given, refused.accepted);
          end = align(end, field.alignment);
          field.write(bytes, end, array);
          end += field.elementBytes * array.length;
          break;
        }
        default:
          field satisfies never;
      }
    }
  }

  /**
   * Reads one fixed field: for whoever looks at a structure before, or instead of, decoding all of it.
   *
   * @throws {StructureError} The bytes end before the fixed part does, or the field is none with a fixed place.
   */
  read<Name extends keyof StructureValue<F> & string>(bytes: Uint8Array, name: Name): StructureValue<F>[Name] {
    this.#requireFixed(bytes);
    const placed = this.#byName.get(name);
    if (placed?.field.type === "fixed") return placed.field.read(bytes, placed.offset) as StructureValue<F>[Name];
    throw new StructureError(`${this.name}.${name}`, "no fixed field", "a fixed one");
  }

  /**
   * Reads a value. Byte arrays are views into `bytes`, not copies; what follows the structure is ignored.
   *
   * @throws {StructureError} The bytes end too early.
   */
  decode(bytes: Uint8Array): StructureValue<F> {
    this.#requireFixed(bytes);
    const value: Record<string, unknown> = {};
    let end = this.fixedBytes;
    for (const { name, path, field, offset } of this.#fields) {
      if (field.type === "fixed") {
        value[name] = field.read(bytes, offset);
      } else if (field.type === "variable") {
        const count = this.#count(bytes, field.count);
        const start = align(end, field.alignment);
        end = start + field.elementBytes * count;
        if (end > bytes.length) {
          throw new StructureError(path, `${bytes.length} bytes in all`, `at least ${end}, as ${field.count} says`);
        }
        value[name] = field.read(bytes, start, count);
      }
    }
    return value as StructureValue<F>;
  }

  /** The layout as a Markdown table: offset, size, C type, field; padding included. */
  layoutTable(): string {
    const rows = ["| Offset | Size | Type | Field |", "|---|---|---|---|"];
    let end = 0;
    const lengths: string[] = [];
    for (const { name, field, offset } of this.#fields) {
      if (offset > end) rows.push(`| ${end} | ${offset - end} | | padding |`);
      if (field.type === "variable") {
        const scale = field.elementBytes === 1 ? "" : `${field.elementBytes}*`;
        const place = [this.fixedBytes, ...lengths].join("+");
        lengths.push(`${scale}${field.count}`);
        end = this.fixedBytes;
        rows.push(`| ${place} | ${scale}${field.count} | ${field.cType} | ${name} |`);
      } else {
        rows.push(`| ${offset} | ${field.sizeBytes} | ${field.cType} | ${name} |`);
        end = offset + field.sizeBytes;
      }
    }
    if (!this.#variable && this.sizeof > end) rows.push(`| ${end} | ${this.sizeof - end} | | padding |`);
    return rows.join("\n") + "\n";
  }

  #checkField(path: string, field: Field, fields: FieldList, afterVariable: boolean): void {
    if (field.type !== "variable" && afterVariable) {
      throw new StructureError(path, "a fixed field after a variable one", "variable fields at the end");
    }
    if (field.type === "count" && fields[field.of]?.type !== "variable") {
      throw new StructureError(path, `a count of "${field.of}"`, "the name of a variable field");
    }
    if (field.type === "variable" && fields[field.count]?.type !== "count") {
      throw new StructureError(path, `a length in "${field.count}"`, "the name of a count field");
    }
  }

  #count(bytes: Uint8Array, name: string): number {
    const { field, offset } = this.#byName.get(name) as PlacedField;
    const isShort = field.type === "count" && field.sizeBytes === 2;
    return isShort ? readUint16(bytes, offset) : readUint32(bytes, offset);
  }

  #array(value: StructureValue<F>, name: string): ArrayLike<unknown> {
    const array = (value as Record<string, unknown>)[name];
    if (array instanceof Uint8Array || Array.isArray(array)) return array;
    throw new StructureError(`${this.name}.${name}`, `${typeof array}`, "an array");
  }

  #requireFixed(bytes: Uint8Array): void {
    if (bytes.length < this.fixedBytes) {
      throw new StructureError(this.name, `${bytes.length} bytes`, `at least ${this.fixedBytes}`);
    }
  }
}

function writeCount(
  bytes: Uint8Array,
  offset: number,
  { sizeBytes }: CountField,
  path: string,
  count: number,
): void {
  if (sizeBytes === 4) return writeUint32(bytes, offset, count);
  if (count > 0xffff) throw new StructureError(path, `${count} elements`, "at most 65535");
  writeUint16(bytes, offset, count);
}

/** The next multiple of a power of two. */
function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
