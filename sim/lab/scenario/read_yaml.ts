/**
 * Reads YAML by a shape, with errors that say file, line, column, field, what
 * was given and what is accepted.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import {
  holdsSecret,
  type MappingShape,
  parseScalar,
  type ScalarShape,
  type Shape,
  type VariantShape,
} from "../../shape/shape.ts";
import { offsetTooDeep, TOO_DEEP, YAML_PROBLEMS } from "./yaml_problem.ts";

/** A scenario file that cannot be understood. */
export class ScenarioError extends InputError {
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
  return new YamlFile(source, file).read(shape);
}

/** A file that is YAML. */
export class YamlFile {
  readonly #content: Node | null;
  readonly #root: Place;

  /**
   * Parses a file.
   *
   * @param source The YAML text.
   * @param file Its name, for errors.
   * @throws {ScenarioError} It is not YAML.
   */
  constructor(source: string, file: string) {
    const lines = new LineCounter();
    const offset = offsetTooDeep(source, lines);
    const document = offset === undefined ? parseDocument(source, { prettyErrors: false }) : undefined;
    const error = document?.errors[0];
    const problem = error === undefined ? TOO_DEEP : YAML_PROBLEMS[error.code];
    const wrong = error?.pos[0] ?? offset;
    if (wrong !== undefined) {
      const { line, col: column } = lines.linePos(wrong);
      throw new ScenarioError({ file, line, column, field: "" }, problem.given, problem.accepted);
    }
    this.#content = document?.contents ?? null;
    this.#root = new Place(file, lines, "", { line: 1, col: 1 });
  }

  /**
   * Reads it.
   *
   * @throws {ScenarioError} It is not what the shape accepts.
   */
  read<T>(shape: Shape<T>): T {
    // A shape carries the type of its values, and read() makes values of that type: only here the two meet.
    return read(shape, this.#content, this.#root) as T;
  }

  /**
   * The error that refuses a part of it, or what that part would be a part of.
   *
   * @param path Which part: `targets[1].keys[0].id`.
   * @param given What was given; never a key.
   * @param accepted What is accepted.
   */
  refusal(path: string, given: string, accepted: string): ScenarioError {
    const { node, place } = find({ node: this.#content, place: this.#root }, path);
    return place.refusal(node, accepted, given);
  }
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

  refusal(node: Node | null, accepted: string, given: string): ScenarioError {
    const { line, col: column } = this.position(node);
    return new ScenarioError({ file: this.#file, line, column, field: this.#field }, given, accepted);
  }
}

/** A node and where it stands. */
interface Part {
  readonly node: Node | null;
  readonly place: Place;
}

/** A part of a part, by its path; of one that is not there, that in which it would be. */
function find(whole: Part, path: string): Part {
  let found = whole;
  for (const name of path.match(/[^.[\]]+/g) ?? []) {
    const { node, place } = found;
    if (isSeq<Node | null>(node)) {
      const item = node.items[Number(name)];
      if (item === undefined) break;
      found = { node: item, place: place.part(`[${name}]`, item) };
    } else {
      const pair = isMap<Node, Node | null>(node)
        ? node.items.find(({ key }) => isScalar(key) && key.value === name)
        : undefined;
      if (pair === undefined) break;
      found = { node: pair.value, place: place.part(name, pair.value ?? pair.key) };
    }
  }
  return found;
}

function read(shape: Shape, node: Node | null, place: Place): unknown {
  if (isNode(node) && "tag" in node && node.tag !== undefined) {
    throw place.refusal(node, `${shape.accepts}; without a tag`, "a value with a tag");
  }
  switch (shape.kind) {
    case "scalar":
      return readScalar(shape, shape, node, place);
    case "list":
      if (!isSeq<Node | null>(node)) throw unfit(shape, node, place);
      return node.items.map((each, index) => read(shape.item, each, place.part(`[${index}]`, each)));
    case "mapping":
      return readMapping(shape, node, place);
    case "variant":
      return readVariant(shape, node, place);
    case "either":
      return isScalar(node) ? readScalar(shape.scalar, shape, node, place) : read(shape.other, node, place);
    case "converted":
      return shape.convert(read(shape.written, node, place));
    default:
      return shape satisfies never;
  }
}

/** @param shown The shape that an error speaks of. */
function readScalar(shape: ScalarShape, shown: Shape, node: Node | null, place: Place): unknown {
  if (!isScalar(node) || node.value === null) throw unfit(shown, node, place);
  const value = parseScalar(shape, textOf(node));
  if (value === undefined) throw unfit(shown, node, place);
  return value;
}

function readMapping(shape: MappingShape, node: Node | null, place: Place): unknown {
  const { fields } = shape;
  const parts = readParts(shape, fields, node, place);
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
  const contradiction = shape.contradiction?.(values);
  if (contradiction !== undefined) {
    const wrong = find({ node, place }, contradiction.path);
    throw wrong.place.refusal(wrong.node, contradiction.accepted, contradiction.given);
  }
  return values;
}

function readVariant(shape: VariantShape, node: Node | null, place: Place): unknown {
  const parts = [...readParts(shape, shape.variants, node, place)];
  const [first] = parts;
  if (parts.length !== 1 || first === undefined) {
    const given = parts.map(([name]) => name).join(" and ") || "nothing";
    throw place.refusal(node, `${shape.accepts}; exactly one`, given);
  }
  const [type, part] = first;
  const value = read(shape.variants[type] as Shape, part.node, part.place);
  return { type, value, line: place.position(node).line };
}

/** The parts of a mapping by name. An unknown name is refused, with the known ones named. */
function readParts(shape: Shape, known: object, node: Node | null, place: Place): Map<string, Part> {
  if (!isMap<Node, Node | null>(node)) throw unfit(shape, node, place);
  const parts = new Map<string, Part>();
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : "";
    if (!isScalar(key) || key.tag !== undefined || !Object.hasOwn(known, name)) {
      throw place.refusal(key, `one of ${Object.keys(known).join(", ")}`, describeName(key, holdsSecret(shape)));
    }
    // A name without a value, as in `{ name }`, has the place of the name.
    parts.set(name, { node: value, place: place.part(name, value ?? key) });
  }
  return parts;
}

/** The error that refuses what a shape does not accept. */
function unfit(shape: Shape, node: Node | null, place: Place): ScenarioError {
  return place.refusal(node, shape.accepts, describe(node, holdsSecret(shape)));
}

/** The text of a scalar as it stands in the file: `0x10` is not turned into 16. */
function textOf({ value, source }: { readonly value: unknown; readonly source?: string }): string {
  return typeof value === "string" ? value : source ?? String(value);
}

/** The longest text that an error repeats. */
const MOST_SHOWN = 64;

/** What was given. Where it may be a secret, and of long texts, only how long it is. */
function describe(node: Node | null, isSecret: boolean): string {
  if (node === null) return "nothing";
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (!isScalar(node)) return "an alias";
  if (node.value === null) return "nothing";
  const text = textOf(node);
  return isSecret || text.length > MOST_SHOWN ? `a text of ${characters(text)}` : JSON.stringify(node.source ?? text);
}

function describeName(key: Node, isSecret: boolean): string {
  if (!isScalar(key)) return "a name that is not a text";
  if (key.tag !== undefined) return "a name with a tag";
  const name = String(key.value);
  return isSecret || name.length > MOST_SHOWN ? `an unknown name of ${characters(name)}` : JSON.stringify(name);
}

function characters({ length }: string): string {
  return length === 1 ? "1 character" : `${length} characters`;
}
