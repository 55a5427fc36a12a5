/**
 * The text of a scenario file, as errors may show it: without anything that
 * could be a key.
 *
 * @module
 */

import { type Document, type LineCounter, type Node, visit } from "yaml";

/** The longest line that is shown. */
const WIDEST = 160;

/** What holds YAML together; outside of texts it may be shown. */
const PUNCTUATION = /[\s{}[\],:-]/;

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
  readonly #shown: Range[] = [];

  /**
   * A text of which nothing but the punctuation is known to be harmless.
   *
   * @param document What was read from it.
   */
  constructor(text: string, lines: LineCounter, document: Document) {
    this.#text = text;
    this.#lines = lines;
    this.#document = document;
  }

  /** Says that a node holds no secret. */
  show(node: Node): void {
    const range = rangeOf(node);
    if (range !== undefined) this.#shown.push(range);
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
    const marked = Math.max(1, Math.min(range.end, end) - range.begin);
    const text = this.#harmless({ begin, end }).trimEnd();
    return `    ${number} | ${text}\n    ${" ".repeat(number.length)} | ${" ".repeat(col - 1)}${"^".repeat(marked)}`;
  }

  #harmless({ begin, end }: Range): string {
    const scalars = this.#scalars();
    const isIn = (ranges: readonly Range[], at: number) => ranges.some((each) => each.begin <= at && at < each.end);
    let text = "";
    for (let at = begin; at < end; at++) {
      const character = this.#text[at] ?? "";
      const isHarmless = isIn(this.#shown, at) || (PUNCTUATION.test(character) && !isIn(scalars, at));
      text += isHarmless ? character : HIDDEN;
    }
    return text;
  }

  /** Where texts stand, names among them. */
  #scalars(): Range[] {
    const ranges: Range[] = [];
    visit(this.#document, {
      Scalar(_, node) {
        const range = rangeOf(node);
        if (range !== undefined) ranges.push(range);
      },
    });
    return ranges;
  }
}

function rangeOf(node: Node | null): Range | undefined {
  const [begin, end] = node?.range ?? [];
  return begin === undefined || end === undefined ? undefined : { begin, end };
}
