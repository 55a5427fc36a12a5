/**
 * What a structure asks of its fields: where they lie, what they hold, how
 * they are read and written.
 *
 * @module
 */

/** Why a field cannot hold a value. */
export interface FieldRefusal {
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;
}

/**
 * A field of known size.
 *
 * @typeParam T Its value.
 */
export interface FixedField<T> {
  /** Tells the kinds of fields apart. */
  readonly type: "fixed";
  /** The type in C. */
  readonly cType: string;
  /** Size in bytes. */
  readonly sizeBytes: number;
  /** Natural boundary in bytes. */
  readonly alignment: number;
  /** Why a value is not accepted; `undefined` if it is. */
  refusal(value: unknown): FieldRefusal | undefined;
  /** Reads the value; the bytes are there. */
  read(bytes: Uint8Array, offset: number): T;
  /** Writes an accepted value into bytes that are zero. */
  write(bytes: Uint8Array, offset: number, value: unknown): void;
}

/** A ULONG or USHORT that holds the number of elements of a variable field; it has no value of its own. */
export interface CountField {
  /** Tells the kinds of fields apart. */
  readonly type: "count";
  /** The type in C. */
  readonly cType: "ULONG" | "USHORT";
  /** Size in bytes. */
  readonly sizeBytes: 4 | 2;
  /** Natural boundary in bytes. */
  readonly alignment: 4 | 2;
  /** The variable field. */
  readonly of: string;
}

/**
 * An array whose length stands in a {@linkcode CountField}.
 *
 * @typeParam T Its value.
 */
export interface VariableField<T> {
  /** Tells the kinds of fields apart. */
  readonly type: "variable";
  /** The type in C. */
  readonly cType: string;
  /** Size of one element in bytes. */
  readonly elementBytes: number;
  /** Natural boundary in bytes. */
  readonly alignment: number;
  /** The field with the number of elements. */
  readonly count: string;
  /** Why a value is not accepted; `undefined` if it is. */
  refusal(value: unknown): FieldRefusal | undefined;
  /** Reads the elements; the bytes are there. */
  read(bytes: Uint8Array, offset: number, count: number): T;
  /** Writes accepted elements into bytes that are zero. */
  write(bytes: Uint8Array, offset: number, value: unknown): void;
}

/** Any field. */
export type Field = FixedField<unknown> | CountField | VariableField<unknown>;
