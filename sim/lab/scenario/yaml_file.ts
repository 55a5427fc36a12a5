/**
 * A file that is YAML: what it says by a shape, and where in it that stands.
 *
 * @module
 */

import { Document, isCollection, LineCounter, type Node, type Pair, parseDocument, visit } from "yaml";
import type { Shape } from "../../shape/shape.ts";
import { type Mistake, ScenarioError } from "./mistake.ts";
import { nodeOf } from "./plain_values.ts";
import { read } from "./read_yaml.ts";
import { refuseDangling } from "./refusals.ts";
import { NOWHERE, type ParsedFile, Place, Reading } from "./reading.ts";
import { Salvage, WRONG } from "./salvage.ts";
import { LiteralScope, Scope } from "./scope.ts";
import { find, type Part } from "./yaml_part.ts";
import { textOf } from "./yaml_text.ts";
import { offsetTooDeep, TOO_DEEP, YAML_PROBLEMS } from "./yaml_problem.ts";

/**
 * Reads a whole file.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @param shape What is accepted.
 * @throws {ScenarioError} It is not YAML, or not what the shape accepts.
 */
export function readYaml<T>(source: string, file: string, shape: Shape<T>): T {
  return YamlFile.parse(source, file).read(shape);
}

/** The words of YAML: no document has others, and each would make them anew. */
const SCHEMA = new Document(undefined).schema;

/** What a reading past mistakes has come to. */
export interface Salvaged<T> {
  /** The file, in which paths lead past what was left out. */
  readonly file: YamlFile;
  readonly value: T | undefined;
  /** What is wrong, but for what was refused before. */
  readonly mistakes: readonly Mistake[];
  /** Names that refer to nothing. */
  readonly dangling: readonly Node[];
}

/** All texts in a part of a file. */
function textsIn(part: Node | Pair | null): readonly string[] {
  const texts: string[] = [];
  if (part !== null) visit(part as Node, { Scalar: (_, scalar) => void texts.push(textOf(scalar)) });
  return texts;
}

/** A file that is YAML, or values of a program in its place. */
export class YamlFile {
  readonly #parsed: ParsedFile;
  readonly #content: Node | null;
  readonly #root: Place;
  /** Where mistakes stand that were told of it. */
  readonly #places = new WeakMap<Mistake, Node>();

  /**
   * Parses a file.
   *
   * @param source The YAML text.
   * @param file Its name, for errors.
   * @throws {ScenarioError} It is not YAML; only the first place is told, because most others follow from it.
   */
  static parse(source: string, file: string): YamlFile {
    const lines = new LineCounter();
    const tooDeep = offsetTooDeep(source, lines);
    const document = parseDocument(tooDeep === undefined ? source : "", { prettyErrors: false, uniqueKeys: false });
    const [error] = document.errors;
    const wrong = tooDeep ?? error?.pos[0];
    if (wrong !== undefined) {
      const { given, accepted } = error === undefined ? TOO_DEEP : YAML_PROBLEMS[error.code];
      const { line, col: column } = lines.linePos(wrong);
      throw new ScenarioError({ file, line, column, field: "", given, accepted });
    }
    return new YamlFile({ file, source, lines, document });
  }

  /**
   * Takes values of a program: they have no lines, and a text in them stands for nothing but itself.
   *
   * @param name What errors call them.
   * @param scope What texts stand for: themselves by default.
   */
  static ofValues(values: unknown, name: string, scope: Scope = new LiteralScope()): YamlFile {
    const document = new Document(undefined, { schema: SCHEMA });
    // The library would make aliases of what occurs twice.
    document.contents = nodeOf(values) as typeof document.contents;
    const parsed = { file: name, source: "", lines: new LineCounter(), document, isProgram: true };
    return new YamlFile(parsed, scope);
  }

  private constructor(parsed: ParsedFile, scope: Scope = new Scope(), salvage?: Salvage) {
    this.#parsed = parsed;
    this.#content = parsed.document.contents as Node | null;
    this.#root = new Place(new Reading(parsed, scope, salvage), "", parsed.isProgram ? NOWHERE : { line: 1, col: 1 });
  }

  /** Whether it is no file, but values of a program. */
  get isProgram(): boolean {
    return this.#parsed.isProgram === true;
  }

  /** The names whose values were read as keys. */
  get keys(): ReadonlySet<string> {
    return this.#root.reading.scope.keys;
  }

  /** The same file, in which names stand for values. */
  within(scope: Scope): YamlFile {
    return new YamlFile(this.#parsed, scope);
  }

  /**
   * Reads one field of it, if that is there.
   *
   * @throws {ScenarioError} It is not what the shape accepts.
   */
  readField<T>(name: string, shape: Shape<T>): T | undefined {
    const { node, place } = this.#find(name);
    if (node === this.#content) return undefined;
    const value = read(shape, node, place);
    place.reading.end();
    return value as T;
  }

  /** The node at a path, as {@linkcode refusal} takes it; of what is not there, that of what it would be a part of. */
  nodeAt(path: string): Node | null {
    return this.#find(path).node;
  }

  /** Says that errors may show what stands at a path. */
  show(path: string): void {
    const { node, place } = this.#find(path);
    if (node !== null) place.reading.text.show(node);
  }

  /** All scalars of it, names among them. */
  *scalars(): Generator<Node> {
    const found: Node[] = [];
    visit(this.#parsed.document, { Scalar: (_, node) => void found.push(node) });
    yield* found;
  }

  /**
   * Reads it.
   *
   * @throws {ScenarioError} It is not what the shape accepts, or a name refers to nothing.
   */
  read<T>(shape: Shape<T>): T {
    const { reading } = this.#root;
    reading.begin(shape);
    const value = read(shape, this.#content, this.#root);
    refuseDangling(reading, value !== WRONG);
    reading.end();
    // A shape carries the type of its values, and read() makes values of that type: only here the two meet.
    return value as T;
  }

  /**
   * Reads on past mistakes what is read by the shape of the whole file.
   *
   * @param refused Parts that a later stage has refused.
   * @returns What is left of it; `undefined` if that is nothing.
   */
  salvaged<T>(refused: ReadonlySet<Node>): Salvaged<T> {
    const { scope, language } = this.#root.reading;
    const file = new YamlFile(this.#parsed, scope.anew(), new Salvage(refused));
    if (language === undefined) return { file, value: undefined, mistakes: [], dangling: [] };
    const { reading } = file.#root;
    reading.begin(language);
    const value = read(language, file.#content, file.#root);
    const dangling = refuseDangling(reading, reading.wrong.length === 0);
    return { file, value: value === WRONG ? undefined : value as T, mistakes: reading.mistakes(), dangling };
  }

  /** Where a mistake stands that {@linkcode refusal} has told; `undefined` if nothing stands there. */
  nodeOf(mistake: Mistake): Node | undefined {
    return this.#places.get(mistake);
  }

  /** Whether what has a name was left out, or one of these fields of it could not be read. */
  isUnsure(name: string, fields: readonly string[]): boolean {
    return this.#root.reading.salvage?.isUnsure(name, fields) ?? false;
  }

  /** All texts at a path, or in those items there that could not be read. */
  textsAt(path: string, isWhole: boolean): readonly string[] {
    const node = this.nodeAt(path);
    if (isWhole || !isCollection(node)) return textsIn(node);
    const left = this.#root.reading.salvage?.leftOf(node) ?? [];
    return [...left].flatMap((index) => textsIn(node.items[index] as Node | Pair));
  }

  /**
   * The error that refuses a part of it, or what that part would be a part of.
   *
   * @param path Which part, as a `Contradiction` says it: `targets[1].keys[0!]`.
   * @param given What was given; never a key.
   * @param accepted What is accepted.
   * @param meant The word that was probably meant.
   */
  refusal(path: string, given: string, accepted: string, meant?: string): ScenarioError {
    const { node, place } = this.#find(path);
    const mistake = place.mistake(node, { given, accepted, ...(meant === undefined ? {} : { meant }) });
    if (node !== null) this.#places.set(mistake, node);
    return new ScenarioError(mistake);
  }

  /** The line on which a part begins, from 1; {@linkcode refusal} says how it is named. */
  lineOf(path: string): number {
    const { node, place } = this.#find(path);
    return place.position(node).line;
  }

  /**
   * What errors call a part: `targets.disk.address`.
   *
   * @param path Which part, as {@linkcode refusal} takes it.
   */
  fieldAt(path: string): string {
    return this.#find(path).place.field;
  }

  #find(path: string): Part {
    return find({ node: this.#content, place: this.#root }, path);
  }
}
