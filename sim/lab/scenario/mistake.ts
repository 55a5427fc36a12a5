/**
 * What is wrong with a scenario file, and where.
 *
 * @module
 */

import { withoutControls } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";

/** One mistake. */
export interface Mistake {
  /** The file's name, or what a story of a program is called. */
  readonly file: string;
  /** Line, from 1; 0 in a story of a program, whose places are fields. */
  readonly line: number;
  /** Column, from 1; `undefined` where only the line is known. */
  readonly column?: number;
  /** Which field, as a path: `steps[2].login.target`. */
  readonly field: string;
  /** What was given; never a key. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;
  /** The word that was probably meant. */
  readonly meant?: string;
  /** The line of the file and marks under the place, as two lines; `undefined` where there is nothing to show. */
  readonly frame?: string;
}

/** A scenario file that cannot be understood. */
export class ScenarioError extends InputError {
  /** The name of its kind, as stack traces show it. */
  override name: string = "ScenarioError";
  /** All that is wrong, in the order of the file. */
  readonly mistakes: readonly [Mistake, ...Mistake[]];

  /**
   * Says what is wrong and where.
   *
   * @param mistakes One at least.
   */
  constructor(...mistakes: readonly [Mistake, ...Mistake[]]) {
    super(mistakes.map(sentence).join("\n"));
    this.mistakes = mistakes;
  }

  /** The first mistake, which may have led to others. */
  get first(): Mistake {
    return this.mistakes[0];
  }
}

/** Mistakes in the order of the file. */
export function inOrder(mistakes: readonly Mistake[]): readonly Mistake[] {
  return mistakes.toSorted((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
}

/** A mistake in words, without its place. */
export function mistakeText({ field, given, accepted, meant }: Mistake): string {
  const what = `${field === "" ? "" : `${field}: `}${given} is not accepted here`;
  const hint = meant === undefined ? "" : `did you mean ${meant}? `;
  return `${what}; ${hint}expected ${accepted}`;
}

/** A mistake as a line that editors can jump by, and its frame. */
function sentence(mistake: Mistake): string {
  const { file, line, column, frame } = mistake;
  const place = line === 0 ? file : column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
  // Of a file's name, and of what was given, anything can come.
  const text = withoutControls(`${place}: ${mistakeText(mistake)}`);
  return `${text}${frame === undefined ? "" : `\n${frame}`}`;
}
