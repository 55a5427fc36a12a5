/**
 * Shapes: what a file may say, as plain data.
 *
 * A shape is the one definition of a value: its TypeScript type is inferred
 * ({@linkcode ValueOf}), a reader walks it (YAML: the scenario room), and so
 * can whatever explains it to people. Nothing here reads a file.
 *
 * @module
 */

import { alternatives } from "./alternatives.ts";

/** What every shape says of itself. */
interface Described<T> {
  /** What is accepted, in words that follow "expected". */
  readonly accepts: string;
  /** What the value means, as one or more sentences. */
  readonly doc?: string;
  /** What this kind of value is called where it is described apart: `status`. */
  readonly title?: string;
  /** A text that is accepted. */
  readonly example?: string;
  /**
   * Makes what stands for a value that is not accepted where the rest of the file is looked at nevertheless.
   *
   * @param ordinal How many such values there were before, so that no two are the same.
   */
  standIn?(ordinal: number): unknown;
  /** Is never there: it carries the type of the values. */
  readonly type?: T;
}

/** One word, number or text, read from its text as it stands in the file: `0x10` is not turned into 16 on the way. */
export interface ScalarShape<T = unknown> extends Described<T> {
  readonly kind: "scalar";
  /** Texts that are accepted. With neither words nor a pattern `parse` alone decides. */
  readonly words?: readonly string[];
  /** Texts that are accepted besides the words. */
  readonly pattern?: RegExp;
  /** The bounds of a whole number, both included. */
  readonly bounds?: { readonly minimum: number; readonly maximum: number };
  /** Errors and reports do not repeat the text, nor what stands where it may be found; see `holdsSecret()`. */
  readonly isSecret?: true;
  /**
   * The kind of thing whose name it is, if it is one: something of that kind and name must be in the file. Several kinds
   * as `adapter or target`.
   */
  readonly refersTo?: string;
  /** The names that stand in a text; the text itself by default. */
  namesIn?(text: string): readonly string[];
  /** Whether the text is what it is, even if it looks like the name of a value: `$cut`. */
  readonly isLiteral?: true;
  /** The kind of thing that gets its name here. */
  readonly names?: string;
  /**
   * How programs write it, as a TypeScript type; by default one of the words, a `number` if it has bounds, or else a
   * `string`.
   */
  readonly written?: string;
  /** The value of an object or function of a program, which no file can hold; without it none is accepted. */
  take?(value: object): T | undefined;
  /** What was probably meant by a text that is not accepted and is no mistyped word. */
  meantBy?(text: string): string | undefined;
  /** The value of a text that is one of the words or fits the pattern; `undefined` if it makes no sense after all. */
  parse(text: string): T | undefined;
}

/** Values in order. */
export interface ListShape<T = unknown> extends Described<T> {
  readonly kind: "list";
  readonly item: Shape;
  /** Whether an empty one says nothing, and is refused. */
  readonly isFilled?: true;
  /** Whether an item that stands in it twice says nothing new, and is refused. */
  readonly isDistinct?: true;
  /** How many items it has, where no other number makes sense. */
  readonly length?: number;
}

/** Known fields, in any order. */
export interface MappingShape<T = unknown> extends Described<T> {
  readonly kind: "mapping";
  readonly fields: Fields;
  /** Whether it makes no sense with one of its fields left out, even one that need not be there. */
  readonly isIndivisible?: true;
  /** What a schema can say of its contradictions. */
  readonly conditions?: object;
  /** What is wrong with values that are each accepted; `undefined` if nothing is. */
  contradiction?(value: T): Contradiction | undefined;
}

/** What is called by names that the file makes up: a mapping whose keys are these names. */
export interface EntriesShape<T = unknown> extends Described<T> {
  readonly kind: "entries";
  /** How a name is written. */
  readonly name: ScalarShape;
  /** What has a name. */
  readonly item: Shape;
  /** Whether an empty one says nothing, and is refused. */
  readonly isFilled?: true;
  /** What is wrong with entries that are each accepted; `undefined` if nothing is. */
  contradiction?(value: T): Contradiction | undefined;
}

/** One entry of {@linkcode EntriesShape}. */
export interface Entry<N, T> {
  readonly name: N;
  readonly value: T;
}

/** Values that do not go together. */
export interface Contradiction {
  /**
   * Which of them is refused, as a path from the mapping: `flash.faults[1]`. Of what is called by names `[1]` is the
   * second, whatever it is called, and `[1!]` its name.
   */
  readonly path: string;
  /** What was given; never a secret. */
  readonly given: string;
  /** What is accepted in its place. */
  readonly accepted: string;
}

/** A mapping with exactly one field whose name says what kind of thing it is, and with fields beside that. */
export interface VariantShape<T = unknown> extends Described<T> {
  readonly kind: "variant";
  /** What its kinds are kinds of: `step`. */
  readonly what: string;
  readonly variants: Variants;
  /** For each kind, the fields that may stand beside it; kinds without any are not in it. */
  readonly beside: { readonly [name: string]: { readonly [field: string]: OptionalField } };
  /** All words that may stand in it, whatever its kind: what stands in it is looked up here, thousands of times. */
  readonly words: Readonly<Record<string, unknown>>;
}

/** A scalar, or something that is none. */
export interface EitherShape<T = unknown> extends Described<T> {
  readonly kind: "either";
  readonly scalar: ScalarShape;
  /** What lists are, if they are something else than `other`. */
  readonly list?: Shape;
  readonly other: Shape;
}

/** Written like another shape, but another value. */
export interface ConvertedShape<T = unknown> extends Described<T> {
  readonly kind: "converted";
  readonly written: Shape;
  /** @param value What was read by the shape `written`. */
  convert(value: unknown): T;
}

/**
 * Describes a value.
 *
 * @typeParam T The value's type.
 */
export type Shape<T = unknown> =
  | ScalarShape<T>
  | ListShape<T>
  | MappingShape<T>
  | EntriesShape<T>
  | VariantShape<T>
  | EitherShape<T>
  | ConvertedShape<T>;

/** A field that may be left out. */
export interface OptionalField<T = unknown, D extends T | undefined = T | undefined> {
  readonly optional: Shape<T>;
  /** What it means, if that is not what its shape says. */
  readonly doc?: string;
  /** Its value when it is left out; without one the value has no such field either. */
  readonly fallback?: D;
}

/** The fields of a mapping. */
export type Fields = { readonly [name: string]: Shape | OptionalField };

/** The kinds of a variant, each with the shape of its value. */
export type Variants = { readonly [name: string]: Shape };

/** The type of the values of a shape or optional field. */
export type ValueOf<S> = S extends Shape<infer T> ? T : S extends OptionalField<infer T> ? T : never;

/** Names of fields that may be missing from the value, too. */
type Missing<F extends Fields> = {
  [Name in keyof F]: F[Name] extends OptionalField<unknown, undefined> ? Name : never;
}[keyof F];

/** The type of a mapping. */
export type MappingOf<F extends Fields> = Flat<
  & { readonly [Name in Exclude<keyof F, Missing<F>>]: ValueOf<F[Name]> }
  & { readonly [Name in Missing<F>]?: ValueOf<F[Name]> }
>;

/** The same type without intersections, as people want to read it. */
type Flat<T> = { readonly [Name in keyof T]: T[Name] };

/**
 * The type of a variant: which one it is, its value, what stands beside it, and where it stands: the line of its file,
 * from 1, or 0 in values of a program, and its path: `steps[2]`.
 */
export type VariantOf<V extends Variants> = {
  readonly [Name in keyof V & string]: {
    readonly type: Name;
    readonly value: ValueOf<V[Name]>;
    readonly beside: Readonly<Record<string, unknown>>;
    readonly line: number;
    readonly path: string;
  };
}[keyof V & string];

/** Says what a shape or field means where it stands. */
export function doc<S extends Shape | OptionalField>(meaning: string, shape: S): S {
  return { ...shape, doc: meaning };
}

/** Names a kind of value that occurs in many places, so that it is described once. */
export function titled<S extends Shape>(title: string, shape: S): S {
  return { ...shape, title };
}

/** Marks a field that may be left out; the value has no such field then. */
export function optional<T>(shape: Shape<T>): OptionalField<T, undefined>;
/** Marks a field that may be left out, and says what its value is then. */
export function optional<T>(shape: Shape<T>, fallback: T): OptionalField<T, T>;
export function optional<T>(shape: Shape<T>, fallback?: T): OptionalField<T> {
  return { optional: shape, fallback };
}

/** A scalar with words, a pattern and a parser of its own. */
export function scalar<T>(shape: Omit<ScalarShape<T>, "kind">): ScalarShape<T> {
  return { kind: "scalar", ...shape };
}

/** The value of a text: `undefined` if the shape does not accept it. */
export function parseScalar<T>({ words, pattern, parse }: ScalarShape<T>, text: string): T | undefined {
  const isFree = words === undefined && pattern === undefined;
  return isFree || words?.includes(text) || pattern?.test(text) ? parse(text) : undefined;
}

/** Any text. */
export function text(): ScalarShape<string> {
  return scalar({ accepts: "a text", parse: (value) => value });
}

/** A text, word or number that is read where it is used; what it stands for may be a secret. */
export function literal(accepts: string): ScalarShape<string> {
  return scalar({ accepts, isLiteral: true, isSecret: true, parse: (value) => value });
}

/** Any text, even one that looks like the name of a value. */
export function literalText(): ScalarShape<string> {
  return { ...text(), isLiteral: true };
}

/**
 * The name of what is described here: others in the file refer to it by {@linkcode nameOf}.
 *
 * @param kind What kind of thing: `adapter`.
 */
export function ownName(kind: string): ScalarShape<string> {
  return scalar({ accepts: "a text", names: kind, parse: (value) => value });
}

/**
 * The name of something that is described elsewhere in the file.
 *
 * @param kind What kind of thing: `adapter`, or one of several: `adapter or target`.
 */
export function nameOf(kind: string): ScalarShape<string> {
  return scalar({ accepts: `the name of one ${kind}`, refersTo: kind, parse: (value) => value });
}

/** A whole number, decimal or in hex with `0x`. */
export function integer(minimum: number, maximum: number): ScalarShape<number> {
  return scalar({
    accepts: `a whole number from ${minimum} to ${maximum}`,
    pattern: /^(0x[0-9a-f]+|\d+)$/i,
    bounds: { minimum, maximum },
    example: String(minimum),
    parse(digits) {
      const number = Number(digits);
      return Number.isSafeInteger(number) && number >= minimum && number <= maximum ? number : undefined;
    },
  });
}

/** `true` or `false`. */
export function boolean(): ScalarShape<boolean> {
  return scalar({ accepts: "true or false", words: ["true", "false"], parse: (word) => word === "true" });
}

/** One of some words. */
export function oneOf<const W extends string>(...words: readonly W[]): ScalarShape<W> {
  return scalar({ accepts: alternatives(words), words, parse: (given) => words.find((word) => word === given) });
}

/** A sequence. */
export function list<T>(item: Shape<T>): ListShape<readonly T[]> {
  return { kind: "list", accepts: `a list of ${item.accepts}`, item };
}

/** Of several there must be one at least: an empty list, or mapping of names, would say nothing. */
export function filled<S extends ListShape | EntriesShape>(shape: S): S {
  return { ...shape, isFilled: true };
}

/** Two of a kind. */
export function pair<T>(item: Shape<T>): ListShape<readonly T[]> {
  return { ...list(item), length: 2 };
}

/** Each item once: a second one of the same would say nothing. */
export function distinct<T>(shape: ListShape<T>): ListShape<T> {
  return { ...shape, isDistinct: true };
}

/**
 * A mapping with known fields.
 *
 * @param contradiction What is wrong with values that are each accepted; nothing by default.
 */
export function mapping<const F extends Fields>(
  fields: F,
  contradiction?: (value: MappingOf<F>) => Contradiction | undefined,
): MappingShape<MappingOf<F>> {
  const accepts = `a mapping with the fields ${Object.keys(fields).join(", ")}`;
  return { kind: "mapping", accepts, fields, ...(contradiction === undefined ? {} : { contradiction }) };
}

/**
 * A mapping whose keys are names that the file makes up. Its value keeps their order.
 *
 * @param contradiction What is wrong with entries that are each accepted; nothing by default.
 */
export function entries<N, T>(
  name: ScalarShape<N>,
  item: Shape<T>,
  contradiction?: (value: readonly Entry<N, T>[]) => Contradiction | undefined,
): EntriesShape<readonly Entry<N, T>[]> {
  const accepts = `a mapping of names to ${item.accepts}; a name is ${name.accepts}`;
  return { kind: "entries", accepts, name, item, ...(contradiction === undefined ? {} : { contradiction }) };
}

/**
 * A mapping with exactly one field, whose name says what kind of thing it is.
 *
 * @param beside For each kind, fields that may stand beside it; none by default.
 */
export function variant<const V extends Variants>(
  what: string,
  variants: V,
  beside: VariantShape["beside"] = {},
): VariantShape<VariantOf<V>> {
  const accepts = `one ${what} of ${alternatives(Object.keys(variants))}`;
  const words: Record<string, unknown> = Object.assign({}, variants, ...Object.values(beside));
  return { kind: "variant", what, accepts, variants, beside, words };
}

/** A scalar, or something that is none. */
export function either<A, B>(scalar: ScalarShape<A>, other: Shape<B>): EitherShape<A | B> {
  return { kind: "either", accepts: `${scalar.accepts}, or ${other.accepts}`, scalar, other };
}

/** A scalar, a list or a mapping, by how it is written. */
export function scalarListOrMapping<A, B, C>(
  scalar: ScalarShape<A>,
  list: Shape<B>,
  mapping: Shape<C>,
): EitherShape<A | B | C> {
  const accepts = `${scalar.accepts}, a list of them, or ${mapping.accepts}`;
  return { kind: "either", accepts, scalar, list, other: mapping };
}

/** Written like a scalar, but another value. */
export function convertedScalar<W, T>(
  { type: _, standIn: _other, parse, take, ...written }: ScalarShape<W>,
  convert: (value: W) => T,
): ScalarShape<T> {
  const unlessNone = (value: W | undefined) => value === undefined ? undefined : convert(value);
  return {
    ...written,
    parse: (text) => unlessNone(parse(text)),
    ...(take === undefined ? {} : { take: (value: object) => unlessNone(take(value)) }),
  };
}

/** Written like a shape, but another value. */
export function converted<W, T>(written: Shape<W>, convert: (value: W) => T): ConvertedShape<T> {
  return { kind: "converted", accepts: written.accepts, written, convert: convert as (value: unknown) => T };
}
