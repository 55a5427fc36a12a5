/**
 * The text of a scenario file, as errors may show it: without anything that
 * could be a key.
 *
 * @module
 */

import { columnsOf } from "../../trace/text_columns.ts";
import { type Document, type LineCounter, type Node, visit } from "yaml";

/** The longest line that is shown. */
const WIDEST = 160;

/** What holds YAML together; outside of texts it may be shown. */
const PUNCTUATION = /[\s{}[\],:-]/;

/** Controls, format characters, separators of lines. */
const SHAPELESS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Stands for a character that is not shown. */
const HIDDEN = "·";

/** From where to where in the text, the end not included. */
interface Range {
  readonly begin: number;
  readonly end: number;
}

/** The text of a file. */
export class SourceText {
  readonly #text: string;
  readonly #lines: LineCounter;
  readonly #document: Document;
  /** Which characters are known to be harmless, and which stand in texts: that is looked at once, however many lines are shown. */
  readonly #shown: Uint8Array;
  #scalars: Uint8Array | undefined = undefined;

  /**
   * A text of which nothing but the punctuation is known to be harmless.
   *
   * @param document What was read from it.
   */
  constructor(text: string, lines: LineCounter, document: Document) {
    this.#text = text;
    this.#lines = lines;
    this.#document = document;
    this.#shown = new Uint8Array(text.length);
  }

  /** Says that a node holds no secret. */
  show(node: Node): void {
    const range = rangeOf(node);
    if (range !== undefined) this.#shown.fill(1, range.begin, range.end);
  }

  /**
   * The line on which a node begins, and marks under it.
   *
   * @returns `undefined` if the line is too long to be of use.
   */
  frame(node: Node | null): string | undefined {
    const range = rangeOf(node);
    if (range === undefined) return undefined;
    const { line, col } = this.#lines.linePos(range.begin);
    const begin = range.begin - (col - 1);
    const newline = this.#text.indexOf("\n", begin);
    const end = newline < 0 ? this.#text.length : newline;
    if (end - begin > WIDEST) return undefined;
    const number = String(line);
    const before = columnsOf(this.#harmless({ begin, end: range.begin }));
    const marked = columnsOf(this.#harmless({ begin: range.begin, end: Math.min(range.end, end) }));
    const text = this.#harmless({ begin, end }).trimEnd();
    const marks = " ".repeat(before) + "^".repeat(Math.max(1, marked));
    return `    ${number} | ${text}\n    ${" ".repeat(number.length)} | ${marks}`;
  }

  #harmless({ begin, end }: Range): string {
    const scalars = this.#scalars ??= this.#markScalars();
    let text = "";
    for (let at = begin; at < end; at++) {
      const character = this.#text[at] ?? "";
      const isHarmless = this.#shown[at] === 1 || (PUNCTUATION.test(character) && scalars[at] !== 1);
      // Marks stand below characters: what has no shape of its own may not move them.
      text += character === "\t" ? " " : isHarmless && !SHAPELESS.test(character) ? character : HIDDEN;
    }
    return text;
  }

  /** Where texts stand, names among them. */
  #markScalars(): Uint8Array {
    const marks = new Uint8Array(this.#text.length);
    visit(this.#document, {
      Scalar(_, node) {
        const range = rangeOf(node);
        if (range !== undefined) marks.fill(1, range.begin, range.end);
      },
    });
    return marks;
  }
}

function rangeOf(node: Node | null): Range | undefined {
  const [begin, end] = node?.range ?? [];
  return begin === undefined || end === undefined ? undefined : { begin, end };
}
