/**
 * Reads YAML by a shape, with errors that say file, line, column, field, what
 * was given and what is accepted.
 *
 * @module
 */

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type MappingShape, parseScalar, type ScalarShape, type Shape, type VariantShape } from "../../shape/shape.ts";

/** A scenario file that cannot be understood. */
export class ScenarioError extends Error {
  /** The file's name. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1; `undefined` where only the line is known. */
  readonly column: number | undefined;
  /** Which field, as a path: `steps[2].login.target`. */
  readonly field: string;
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says what is wrong and where.
   *
   * @param place File, line, column if it is known, and field.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(
    place: { readonly file: string; readonly line: number; readonly column?: number; readonly field: string },
    given: string,
    accepted: string,
  ) {
    const field = place.field === "" ? "" : `${place.field}: `;
    super(`${place.file}:${place.line}: ${field}${given} is not accepted here; expected ${accepted}`);
    this.name = "ScenarioError";
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
    this.field = place.field;
    this.given = given;
    this.accepted = accepted;
  }
}

/**
 * Reads a whole file.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @param shape What is accepted.
 * @throws {ScenarioError} It is not YAML, or not what the shape accepts.
 */
export function readYaml<T>(source: string, file: string, shape: Shape<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new ScenarioError({ file, line, column: col, field: "" }, problem.message, "YAML");
  }
  // A shape carries the type of its values, and read() makes values of that type: only here the two meet.
  return read(shape, document.contents, new Place(file, lines, "", { line: 1, col: 1 })) as T;
}

interface Position {
  readonly line: number;
  readonly col: number;
}

/** Where in the file the reader is. */
class Place {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #field: string;
  readonly #around: Position;

  /** @param around Position of the enclosing node, for nodes that have no place of their own. */
  constructor(file: string, lines: LineCounter, field: string, around: Position) {
    this.#file = file;
    this.#lines = lines;
    this.#field = field;
    this.#around = around;
  }

  position(node: Node | null): Position {
    const start = node?.range?.[0];
    return start === undefined ? this.#around : this.#lines.linePos(start);
  }

  /** The place of a part of the node at this place. */
  part(name: string, node: Node | null): Place {
    const field = name.startsWith("[") || this.#field === "" ? this.#field + name : `${this.#field}.${name}`;
    return new Place(this.#file, this.#lines, field, this.position(node));
  }

  refusal(node: Node | null, accepted: string, given: string = describe(node)): ScenarioError {
    const { line, col: column } = this.position(node);
    return new ScenarioError({ file: this.#file, line, column, field: this.#field }, given, accepted);
  }
}

function read(shape: Shape, node: Node | null, place: Place): unknown {
  switch (shape.kind) {
    case "scalar":
      return readScalar(shape, node, place, shape.accepts);
    case "list":
      if (!isSeq<Node | null>(node)) throw place.refusal(node, shape.accepts);
      return node.items.map((each, index) => read(shape.item, each, place.part(`[${index}]`, each)));
    case "mapping":
      return readMapping(shape, node, place);
    case "variant":
      return readVariant(shape, node, place);
    case "either":
      return isScalar(node) ? readScalar(shape.scalar, node, place, shape.accepts) : read(shape.other, node, place);
    case "converted":
      return shape.convert(read(shape.written, node, place));
    default:
      return shape satisfies never;
  }
}

function readScalar(shape: ScalarShape, node: Node | null, place: Place, accepts: string): unknown {
  if (!isScalar(node) || node.value === null) throw place.refusal(node, accepts);
  const text = typeof node.value === "string" ? node.value : node.source ?? String(node.value);
  const value = parseScalar(shape, text);
  if (value === undefined) throw place.refusal(node, accepts, shape.isSecret ? "a secret, not shown," : describe(node));
  return value;
}

function readMapping({ fields, accepts }: MappingShape, node: Node | null, place: Place): unknown {
  const parts = readParts(node, place, fields, accepts);
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const part = parts.get(name);
    if (part !== undefined) {
      values[name] = read("optional" in field ? field.optional : field, part.node, part.place);
    } else if (!("optional" in field)) {
      throw place.refusal(node, field.accepts, `a mapping without the field "${name}"`);
    } else if (field.fallback !== undefined) {
      values[name] = field.fallback;
    }
  }
  return values;
}

function readVariant({ variants, accepts }: VariantShape, node: Node | null, place: Place): unknown {
  const parts = [...readParts(node, place, variants, accepts)];
  const [first] = parts;
  if (parts.length !== 1 || first === undefined) {
    const given = parts.map(([name]) => name).join(" and ") || "nothing";
    throw place.refusal(node, `${accepts}; exactly one`, given);
  }
  const [type, part] = first;
  const value = read(variants[type] as Shape, part.node, part.place);
  return { type, value, line: place.position(node).line };
}

interface Part {
  readonly node: Node | null;
  readonly place: Place;
}

/** The parts of a mapping by name. An unknown name is refused, with the known ones named. */
function readParts(node: Node | null, place: Place, known: object, accepts: string): Map<string, Part> {
  if (!isMap<Node, Node | null>(node)) throw place.refusal(node, accepts);
  const parts = new Map<string, Part>();
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : "a key that is not a text";
    if (!Object.hasOwn(known, name)) {
      throw place.refusal(key, `one of ${Object.keys(known).join(", ")}`, `"${name}"`);
    }
    // A name without a value, as in `{ name }`, has the place of the name.
    parts.set(name, { node: value, place: place.part(name, value ?? key) });
  }
  return parts;
}

function describe(node: Node | null): string {
  if (node === null) return "nothing";
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (isScalar(node)) return node.value === null ? "nothing" : JSON.stringify(node.source ?? node.value);
  return "an alias";
}
