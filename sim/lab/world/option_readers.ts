/**
 * Readers of options: what a caller without types may give is checked against
 * the type that it is meant to have, and copied as far as it is plain data.
 *
 * A reader's type says what it reads, and a table of readers has one for each
 * option of its type: an option that is forgotten, misspelt or read as another
 * type does not compile.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { alternatives } from "../../shape/alternatives.ts";
import { WorldOptionsError } from "./world_options_error.ts";

/**
 * Reads one option.
 *
 * @param value What was given.
 * @param path Where, for the error.
 * @throws {WorldOptionsError} It is not accepted.
 */
export type Reader<T> = (value: unknown, path: string) => T;

/** The reader of an option: as it is if the option may be left out, marked if it may not, or if `undefined` has a meaning. */
type Field<T, Name extends keyof T> = Partial<Pick<T, Name>> extends Pick<T, Name>
  ? undefined extends Required<T>[Name] ? { readonly orUndefined: Reader<Exclude<T[Name], undefined>> }
  : Reader<Required<T>[Name]>
  : { readonly required: Reader<T[Name]> };

/** One reader for each option of `T`. */
type Fields<T> = { readonly [Name in keyof T]-?: Field<T, Name> };

type AnyField = Reader<unknown> | { readonly required: Reader<unknown> } | { readonly orUndefined: Reader<unknown> };

/** An object with the options of a type, and no others. What is `undefined` counts as left out. */
export function record<T extends object>(fields: Fields<T>): Reader<T> {
  const table: Readonly<Record<string, AnyField>> = { ...fields };
  const names = Object.keys(table);
  return (value, path) => {
    const given = recordAt(value, path, `an object with ${names.join(", ")}`);
    for (const name of namesOf(given)) {
      if (typeof name === "symbol" || !Object.hasOwn(table, name)) {
        throw new WorldOptionsError(at(path, name), "an unknown name", `one of ${alternatives(names)}`);
      }
    }
    const result: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(table)) {
      const option = given[name];
      if (typeof field === "function") {
        if (option !== undefined) result[name] = field(option, at(path, name));
      } else if ("required" in field) {
        result[name] = field.required(option, at(path, name));
      } else if (name in given) {
        result[name] = option === undefined ? undefined : field.orUndefined(option, at(path, name));
      }
    }
    return result as T;
  };
}

/** An object with names of the caller's own. The copy has no prototype: it has these names, whatever they are, and no others. */
export function dictionary<T>(reader: Reader<T>): Reader<Record<string, T>> {
  return (value, path) => {
    const given = recordAt(value, path, "an object");
    const result: Record<string, T> = Object.create(null);
    for (const name of namesOf(given)) {
      if (typeof name === "symbol") {
        throw new WorldOptionsError(at(path, name), "an unknown name", "names that are texts");
      }
      result[name] = reader(given[name], at(path, name));
    }
    return result;
  };
}

/** A list. */
export function list<T>(reader: Reader<T>, least: number, most: number = Infinity): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw refusal(path, value, "a list");
    if (value.length < least || value.length > most) {
      throw refusal(path, value, most === Infinity ? `at least ${least}` : `${least} to ${most}`);
    }
    return Array.from(value, (each: unknown, index) => reader(each, `${path}[${index}]`));
  };
}

/** A whole number. */
export function whole(least: number, most: number): Reader<number> {
  return (value, path) => {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw figureRefusal(path, value, `a whole number from ${least} to ${most}`);
  };
}

/** A number that need not be whole. */
export function number(least: number, most: number): Reader<number> {
  return (value, path) => {
    if (typeof value === "number" && value >= least && value <= most) return value;
    throw figureRefusal(path, value, `a number from ${least} to ${most}`);
  };
}

/** True or false. */
export const flag: Reader<boolean> = (value, path) => {
  if (typeof value === "boolean") return value;
  throw refusal(path, value, "true or false");
};

/** An unsigned whole number of 64 bits. */
export const unsigned64: Reader<bigint> = (value, path) => {
  if (typeof value === "bigint" && value >= 0n && value < 1n << 64n) return value;
  throw refusal(path, value, "a bigint from 0n to 0xffffffffffffffffn");
};

/** Any text. */
export const text: Reader<string> = (value, path) => {
  if (typeof value === "string") return value;
  throw refusal(path, value, "a text");
};

/** One of a few values. */
export function oneOf<T extends string | number>(values: readonly T[]): Reader<T> {
  return (value, path) => {
    const found = values.find((each) => each === value);
    if (found !== undefined) return found;
    throw new WorldOptionsError(path, show(value), values.map(show).join(" or "));
  };
}

/** One of the words of a type: each is named, or it does not compile. */
export function word<T extends string>(words: Readonly<Record<T, true>>): Reader<T> {
  return oneOf(Object.keys(words) as T[]);
}

/** A word, or else an object that a reader of its own reads. */
export function either<W extends string, T extends object>(
  words: Reader<W>,
  object: Reader<T>,
  accepted: string,
): Reader<W | T> {
  return (value, path) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return object(value, path);
    try {
      return words(value, path);
    } catch (error) {
      if (!(error instanceof WorldOptionsError)) throw error;
      throw new WorldOptionsError(path, error.given, `${error.accepted}, or ${accepted}`);
    }
  };
}

/** Bytes. An error tells their number only: they may be a key. */
export function bytes(least: number, most: number): Reader<Uint8Array> {
  const length = least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  return (value, path) => {
    if (value instanceof Uint8Array && value.length >= least && value.length <= most) return value;
    throw refusal(path, value, `${length} bytes in a Uint8Array`);
  };
}

/** A function. What it takes and returns shows when it is called. */
export function callable<T extends (...parameters: never[]) => unknown>(signature: string): Reader<T> {
  return (value, path) => {
    if (typeof value === "function") return value as T;
    throw refusal(path, value, `a function ${signature}`);
  };
}

/** An object of the caller's own that has the methods of an interface: each is named, or it does not compile. */
export function withMethods<T extends object>(methods: Readonly<Record<keyof T & string, true>>): Reader<T> {
  const names = Object.keys(methods);
  return (value, path) => {
    if (typeof value === "object" && value !== null) {
      const missing = names.find((name) => typeof (value as Record<string, unknown>)[name] !== "function");
      if (missing === undefined) return value as T;
      throw new WorldOptionsError(path, `an object without ${missing}()`, `one with ${names.join("(), ")}()`);
    }
    throw refusal(path, value, `an object with ${names.join("(), ")}()`);
  };
}

/** An object of a class. */
export function instance<T extends object>(type: new () => T): Reader<T> {
  return (value, path) => {
    if (value instanceof type) return value;
    throw refusal(path, value, `a ${type.name}`);
  };
}

/** What was given, without what may be secret: of texts and bytes their length, of numbers that they are some. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string") return `a text of ${value.length} characters`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  // As a `node:vm` context or a test environment makes them: alike, but for the class.
  if (typeof value === "object" && kindOf(value) === "Uint8Array") return "a Uint8Array of another realm";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") {
    return isPromise(value) ? "a promise" : isOpen(value) ? "an object" : `a ${kindOf(value)}`;
  }
  return typeof value === "boolean" ? `${value}` : `a ${typeof value}`;
}

/** Whether something is to be waited for, which nothing here does. */
export function isPromise(value: object): boolean {
  return "then" in value && typeof value.then === "function";
}

/** What was given where no secret belongs: numbers, and short texts in full. */
export function show(value: unknown): string {
  if (typeof value === "number") return `${value}`;
  return typeof value === "string" && value.length <= 64 ? quoted(value) : describe(value);
}

/** The path of an option of an option. */
export function at(path: string, name: string | symbol): string {
  if (typeof name === "symbol") return `${path}[Symbol(${show(name.description ?? "")})]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${show(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

/** The error of an option that is not accepted. */
export function refusal(path: string, value: unknown, accepted: string): WorldOptionsError {
  return new WorldOptionsError(path === "" ? "options" : path, describe(value), accepted);
}

/** The error of a figure that is not accepted: a figure is no secret. */
export function figureRefusal(path: string, value: unknown, accepted: string): WorldOptionsError {
  return typeof value === "number" ? new WorldOptionsError(path, `${value}`, accepted) : refusal(path, value, accepted);
}

/** The names of an object's own that can be enumerated, symbols too. */
function namesOf(given: object): (string | symbol)[] {
  return Reflect.ownKeys(given).filter((name) => Object.prototype.propertyIsEnumerable.call(given, name));
}

function recordAt(value: unknown, path: string, accepted: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && isOpen(value)) return value as Readonly<Record<string, unknown>>;
  throw refusal(path, value, accepted);
}

/** Whether what an object holds is in its fields: that of a map, a date, a promise is not, and would be passed over. */
function isOpen(value: object): boolean {
  return ["Object", "Module"].includes(kindOf(value));
}

/** What kind of object something is, in whatever realm it was made. */
function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
