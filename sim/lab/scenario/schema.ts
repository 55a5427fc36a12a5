/**
 * Reading YAML by a schema, with errors that say file, line, field, what was
 * given and what is accepted.
 *
 * A reader turns one YAML node into a typed value. Readers combine: a mapping
 * of readers is a reader, and its TypeScript type follows from theirs, so the
 * schema is the only place where a scenario's shape is written down.
 *
 * @module
 */

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

/** A scenario file that cannot be understood. */
export class ScenarioError extends Error {
  /** The file's name. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Which field, as a path: `steps[2].login.target`. */
  readonly field: string;
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says what is wrong and where.
   *
   * @param place File, line and field.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(
    place: {
      readonly file: string;
      readonly line: number;
      readonly field: string;
    },
    given: string,
    accepted: string,
  ) {
    const field = place.field === "" ? "" : `${place.field}: `;
    super(
      `${place.file}:${place.line}: ${field}${given} is not accepted here; expected ${accepted}`,
    );
    this.name = "ScenarioError";
    this.file = place.file;
    this.line = place.line;
    this.field = place.field;
    this.given = given;
    this.accepted = accepted;
  }
}

/** Where in the file a reader is. */
export class Place {
  readonly #file: string;
  readonly #lines: LineCounter;
  /** The path of the field, for example `steps[2].login`. */
  readonly field: string;
  readonly #line: number;

  /**
   * A place in a file.
   *
   * @param line Line of the enclosing node, for nodes that have no place of their own.
   */
  constructor(file: string, lines: LineCounter, field: string, line: number) {
    this.#file = file;
    this.#lines = lines;
    this.field = field;
    this.#line = line;
  }

  /** Line of a node, from 1. */
  line(node: Node | null): number {
    const start = node?.range?.[0];
    return start === undefined ? this.#line : this.#lines.linePos(start).line;
  }

  /** The place of a part of the node at this place. */
  part(name: string, node: Node | null): Place {
    const field = name.startsWith("[") || this.field === "" ? this.field + name : `${this.field}.${name}`;
    return new Place(this.#file, this.#lines, field, this.line(node));
  }

  /** The error that refuses a node. */
  refusal(
    node: Node | null,
    accepted: string,
    given: string = describe(node),
  ): ScenarioError {
    return new ScenarioError(
      { file: this.#file, line: this.line(node), field: this.field },
      given,
      accepted,
    );
  }
}

/**
 * Turns a YAML node into a value.
 *
 * @typeParam T The value's type.
 */
export interface Reader<T> {
  /** What is accepted, in words. */
  readonly accepts: string;
  /**
   * Reads a node.
   *
   * @throws {ScenarioError} The node is not accepted.
   */
  read(node: Node | null, place: Place): T;
}

/** A field that may be left out: reads as `undefined` then. */
export interface OptionalField<T> {
  /** Reads the field when it is there. */
  readonly optional: Reader<T>;
}

/** The value type of a reader or of an optional field. */
export type ValueOf<F> = F extends OptionalField<infer T> ? T | undefined
  : F extends Reader<infer T> ? T
  : never;

/** The fields of a mapping. */
export type Fields = {
  readonly [name: string]: Reader<unknown> | OptionalField<unknown>;
};

/** The value type of a mapping. */
export type MappingOf<F extends Fields> = {
  readonly [Name in keyof F]: ValueOf<F[Name]>;
};

/** Marks a field that may be left out. */
export function optional<T>(reader: Reader<T>): OptionalField<T> {
  return { optional: reader };
}

/**
 * A scalar, read from its text as it stands in the file: `0x10` is not turned into 16 on the way.
 *
 * @param accepts What is accepted, in words.
 * @param parse Gives `undefined` for a text that is not accepted.
 */
export function scalar<T>(
  accepts: string,
  parse: (text: string) => T | undefined,
): Reader<T> {
  return {
    accepts,
    read(node, place) {
      if (!isScalar(node) || node.value === null) {
        throw place.refusal(node, accepts);
      }
      const text = typeof node.value === "string" ? node.value : node.source ?? String(node.value);
      const value = parse(text);
      if (value === undefined) throw place.refusal(node, accepts);
      return value;
    },
  };
}

/** Any text. */
export function text(): Reader<string> {
  return scalar("a text", (value) => value);
}

/** A whole number. */
export function integer(minimum: number, maximum: number): Reader<number> {
  return scalar(`a whole number from ${minimum} to ${maximum}`, (value) => {
    if (!/^(0x[0-9a-f]+|\d+)$/i.test(value)) return undefined;
    const number = Number(value);
    return Number.isSafeInteger(number) && number >= minimum &&
        number <= maximum
      ? number
      : undefined;
  });
}

/** `true` or `false`. */
export function boolean(): Reader<boolean> {
  return scalar(
    "true or false",
    (value) => value === "true" ? true : value === "false" ? false : undefined,
  );
}

/** One of some words. */
export function oneOf<const W extends string>(
  ...words: readonly W[]
): Reader<W> {
  return scalar(
    words.join(", "),
    (value) => words.find((word) => word === value),
  );
}

/** A sequence. */
export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  const accepts = `a list of ${item.accepts}`;
  return {
    accepts,
    read(node, place) {
      if (!isSeq(node)) throw place.refusal(node, accepts);
      return node.items.map((each, index) => item.read(each as Node | null, place.part(`[${index}]`, each as Node)));
    },
  };
}

/** A mapping with known fields. An unknown field is refused, with the known ones named. */
export function mapping<const F extends Fields>(
  fields: F,
): Reader<MappingOf<F>> {
  const accepts = `a mapping with the fields ${Object.keys(fields).join(", ")}`;
  return {
    accepts,
    read(node, place) {
      if (!isMap(node)) throw place.refusal(node, accepts);
      const values: Record<string, unknown> = {};
      const nodes = pairs(node, place, Object.keys(fields));
      for (const [name, field] of Object.entries(fields)) {
        const value = nodes.get(name);
        if ("optional" in field) {
          values[name] = value === undefined ? undefined : field.optional.read(value, place.part(name, value));
        } else {
          if (value === undefined) {
            throw place.refusal(
              node,
              field.accepts,
              `a mapping without the field "${name}"`,
            );
          }
          values[name] = field.read(value, place.part(name, value));
        }
      }
      return values as MappingOf<F>;
    },
  };
}

/** What {@linkcode variant} reads: which one it was, its value, and where it stood. */
export type VariantOf<F extends { readonly [name: string]: Reader<unknown> }> = {
  readonly [Name in keyof F & string]: {
    readonly type: Name;
    readonly value: ValueOf<F[Name]>;
    readonly line: number;
  };
}[keyof F & string];

/** A mapping with exactly one field, whose name says what kind of thing it is. */
export function variant<
  const F extends { readonly [name: string]: Reader<unknown> },
>(
  what: string,
  variants: F,
): Reader<VariantOf<F>> {
  const accepts = `one ${what} of ${Object.keys(variants).join(", ")}`;
  return {
    accepts,
    read(node, place) {
      if (!isMap(node)) throw place.refusal(node, accepts);
      const nodes = [...pairs(node, place, Object.keys(variants))];
      const first = nodes[0];
      if (nodes.length !== 1 || first === undefined) {
        throw place.refusal(
          node,
          `${accepts}; exactly one`,
          nodes.map(([name]) => name).join(" and ") || "nothing",
        );
      }
      const [type, value] = first;
      const reader = variants[type] as Reader<unknown>;
      return {
        type,
        value: reader.read(value, place.part(type, value)),
        line: place.line(node),
      } as VariantOf<F>;
    },
  };
}

/** Accepts what one of the readers accepts; the first that does, wins. For scalars beside mappings. */
export function either<A, B>(
  scalarReader: Reader<A>,
  other: Reader<B>,
): Reader<A | B> {
  return {
    accepts: `${scalarReader.accepts}, or ${other.accepts}`,
    read(node, place) {
      return isScalar(node) ? scalarReader.read(node, place) : other.read(node, place);
    },
  };
}

/**
 * Reads a whole file.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} It is not YAML, or not what the reader accepts.
 */
export function readYaml<T>(
  source: string,
  file: string,
  reader: Reader<T>,
): T {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
  });
  const place = new Place(file, lines, "", 1);
  const problem = document.errors[0];
  if (problem !== undefined) {
    const line = lines.linePos(problem.pos[0]).line;
    throw new ScenarioError({ file, line, field: "" }, problem.message, "YAML");
  }
  return reader.read(document.contents as Node | null, place);
}

function pairs(
  node: Node | null,
  place: Place,
  known: readonly string[],
): Map<string, Node> {
  const nodes = new Map<string, Node>();
  if (!isMap(node)) return nodes;
  for (const { key, value } of node.items) {
    const keyNode = key as Node;
    const name = isScalar(keyNode) ? String(keyNode.value) : "a key that is not a text";
    if (!known.includes(name)) {
      throw place.refusal(keyNode, `one of ${known.join(", ")}`, `"${name}"`);
    }
    // A field that is named but empty counts as an empty scalar at the place of its name.
    nodes.set(name, (value ?? keyNode) as Node);
  }
  return nodes;
}

function describe(node: Node | null): string {
  if (node === null) return "nothing";
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (isScalar(node)) {
    return node.value === null ? "nothing" : JSON.stringify(node.source ?? node.value);
  }
  return "an alias";
}
