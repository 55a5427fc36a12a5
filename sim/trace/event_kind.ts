/**
 * Kinds of events: a name, and fields that are whole numbers or texts.
 *
 * @module
 */

/** The type of a field: a safe integer, or a text. */
export type FieldType = "number" | "text";

/** The fields of a kind of event: their names and types, in order. */
export type FieldTypes = { readonly [name: string]: FieldType };

/** The values of an event's fields. */
export type FieldValues<F extends FieldTypes> = {
  readonly [Name in keyof F]: F[Name] extends "number" ? number : string;
};

/** A kind of event; made by {@linkcode defineEvent}. */
export interface EventKind<F extends FieldTypes = FieldTypes> {
  /** For example `flash program`. */
  readonly name: string;
  /** The fields, in the order in which they are stored. */
  readonly fields: F;
  /** The names of the fields, in the same order. */
  readonly fieldNames: readonly (keyof F & string)[];
}

/** True of a name that a field may have: a letter and then letters and digits, so that objects keep fields in order. */
export function isFieldName(name: unknown): name is string {
  return typeof name === "string" && /^[A-Za-z][A-Za-z0-9]*$/.test(name);
}

/**
 * Declares a kind of event.
 *
 * @throws {RangeError} The name of a field is not made of letters and digits.
 *
 * @example
 * ```ts
 * import { defineEvent } from "@hba/sim/trace";
 *
 * const program = defineEvent("flash program", { address: "number", lengthBytes: "number" });
 * ```
 */
export function defineEvent<const F extends FieldTypes>(
  name: string,
  fields: F,
): EventKind<F> {
  const fieldNames = Object.keys(fields);
  const wrong = fieldNames.find((field) => !isFieldName(field));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot name a field of "${name}" ${JSON.stringify(wrong)}: expected letters and digits`);
  }
  return { name, fields, fieldNames };
}
