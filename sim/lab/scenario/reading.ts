/**
 * One reading of a file: where in it the reader is, and what it has found on
 * the way.
 *
 * @module
 */

import { type Document, type LineCounter, type Node, visit } from "yaml";
import { alternatives } from "../../shape/alternatives.ts";
import { nearestWord } from "../../shape/nearest_word.ts";
import type { Shape } from "../../shape/shape.ts";
import { inOrder, type Mistake, ScenarioError } from "./mistake.ts";
import type { Scope } from "./scope.ts";
import { type Salvage, WRONG } from "./salvage.ts";
import { SourceText } from "./source_text.ts";
import { WordHomes } from "./word_homes.ts";
import { textOf } from "./yaml_text.ts";

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly col: number;
}

/** The position of what stands in no file. */
export const NOWHERE: Position = { line: 0, col: 0 };

/** What is refused, with what is accepted in its place. */
interface Refusal {
  readonly given: string;
  readonly accepted: string;
  /** The word that was probably meant. */
  readonly meant?: string;
  /** The name of the value that was given, and what is told in place of `given` if it is a secret elsewhere. */
  readonly variable?: string;
  readonly hidden?: string;
}

/** A file that is YAML. */
export interface ParsedFile {
  readonly file: string;
  readonly source: string;
  readonly lines: LineCounter;
  readonly document: Document;
  /** Whether it is no file, but values of a program. */
  readonly isProgram?: boolean;
}

/** A name that refers to something that is called so elsewhere in the file. */
export interface Reference {
  /** What kind of thing: `adapter`. */
  readonly to: string;
  readonly name: string;
  readonly node: Node;
  readonly place: Place;
  /** Whether errors may repeat the name: it may stand where a secret does. */
  readonly isTold: boolean;
}

/** One reading of a file. */
export class Reading {
  /** The file's name. */
  readonly file: string;
  readonly lines: LineCounter;
  readonly text: SourceText;
  /** Names that were read and refer to something. */
  readonly references: Reference[] = [];
  /** Names of what the file describes, by kind; only those that are told may stand in errors. */
  readonly names = new Map<string, { readonly name: string; readonly isTold: boolean }[]>();
  /** What `$name` stands for. */
  readonly scope: Scope;
  /** What it goes on with past mistakes; `undefined` if it is not to. */
  readonly salvage: Salvage | undefined;
  /** The fields that are wrong, or were probably meant, as far as it has come, with those that a later stage has refused. */
  readonly wrong: string[] = [];
  #homes: WordHomes | undefined = undefined;
  #language: Shape | undefined = undefined;
  readonly #document: Document;
  readonly #refused: (Refusal & { readonly node: Node | null; readonly place: Place })[] = [];

  constructor({ file, source, lines, document }: ParsedFile, scope: Scope, salvage?: Salvage) {
    this.file = file;
    this.scope = scope;
    this.salvage = salvage;
    this.lines = lines;
    this.#document = document;
    this.text = new SourceText(source, lines, document);
  }

  /** A whole file is read, by this shape: words at the wrong place are told where they belong. */
  begin(language: Shape): void {
    this.#language = language;
  }

  /** Where the words of the language stand; `undefined` while a part of a file is read alone. */
  get homes(): WordHomes | undefined {
    if (this.#language !== undefined) this.#homes ??= new WordHomes(this.#language);
    return this.#homes;
  }

  /** The shape by which the whole file is read; `undefined` while a part of it is read alone. */
  get language(): Shape | undefined {
    return this.#language;
  }

  /** All texts of the file but those of some nodes. */
  textsBesides(nodes: ReadonlySet<Node>): ReadonlySet<string> {
    const texts = new Set<string>();
    visit(this.#document, { Scalar: (_, node) => void (nodes.has(node) || texts.add(textOf(node))) });
    return texts;
  }

  /** Passes over what is wrong without a word: it is told elsewhere. */
  pass(place: Place): typeof WRONG {
    this.wrong.push(place.field);
    return WRONG;
  }

  /** Notes a mistake: what it shows of the file is only known at the end. */
  refuse(node: Node | null, place: Place, refusal: Refusal): void {
    this.wrong.push(refusal.meant === undefined ? place.field : `${place.field}.${refusal.meant}`);
    this.#refused.push({ node, place, ...refusal });
  }

  /** The mistakes that were noted, in the order of the file. */
  mistakes(): readonly Mistake[] {
    for (const node of this.scope.harmless()) this.text.show(node);
    const mistakes = this.#refused.map(({ node, place, variable, hidden, ...refusal }) => {
      const isHidden = variable !== undefined && hidden !== undefined && this.scope.secrets.has(variable);
      return place.mistake(node, isHidden ? { ...refusal, given: hidden } : refusal);
    });
    return inOrder(mistakes);
  }

  /**
   * Ends it.
   *
   * @throws {ScenarioError} Mistakes were noted: all of them, in the order of the file.
   */
  end(): void {
    const [first, ...others] = this.mistakes();
    if (first !== undefined) throw new ScenarioError(first, ...others);
  }
}

/** Where in a file the reader is. */
export class Place {
  readonly reading: Reading;
  /** Which field, as a path: `steps[2].login.target`. */
  readonly field: string;
  readonly #around: Position;

  /** @param around Position of the enclosing node, for nodes that have no place of their own. */
  constructor(reading: Reading, field: string, around: Position) {
    this.reading = reading;
    this.field = field;
    this.#around = around;
  }

  position(node: Node | null): Position {
    const start = node?.range?.[0];
    return start === undefined ? this.#around : this.reading.lines.linePos(start);
  }

  /** The place of a part of the node at this place. */
  part(name: string, node: Node | null): Place {
    const field = name.startsWith("[") || this.field === "" ? this.field + name : `${this.field}.${name}`;
    return new Place(this.reading, field, this.position(node));
  }

  /** A mistake at this place. */
  mistake(node: Node | null, refusal: Refusal): Mistake {
    const { line, col: column } = this.position(node);
    const { text, scope } = this.reading;
    const frame = framesOf(text.frame(node), text.frame(scope.declarationOf(node) ?? null));
    return {
      ...{ file: this.reading.file, line, field: this.field },
      ...(line === 0 ? {} : { column }),
      ...refusal,
      ...(frame === undefined ? {} : { frame }),
    };
  }

  /** Notes a mistake at this place. */
  refuse(node: Node | null, given: string, accepted: string): typeof WRONG {
    this.reading.refuse(node, this, { given, accepted });
    return WRONG;
  }

  /** Notes that a word is none of those that are known. */
  refuseWord(node: Node | null, word: Word, known: readonly string[]): typeof WRONG {
    const meant = nearestWord(word.text, known);
    const isHarmless = meant !== undefined || !word.mayBeSecret;
    const home = meant === undefined ? word.home : undefined;
    if (isHarmless && node !== null) this.reading.text.show(node);
    this.reading.refuse(node, this, {
      given: isHarmless ? word.shown : word.hidden,
      accepted: `one of ${alternatives(known)}${home === undefined ? "" : `; ${home}`}`,
      ...(meant === undefined ? {} : { meant }),
    });
    return WRONG;
  }
}

/** Where a value is used, and below it where it is declared. */
function framesOf(use: string | undefined, declaration: string | undefined): string | undefined {
  return use === undefined || declaration === undefined ? use : `${use}\n${declaration}`;
}

/** A word that is not known. One that is nearly a known word is no secret, wherever it stands. */
export interface Word {
  readonly text: string;
  readonly mayBeSecret: boolean;
  /** How it is told, and how if it may be a secret. */
  readonly shown: string;
  readonly hidden: string;
  /** Where it would be accepted, as a sentence. */
  readonly home?: string | undefined;
}
