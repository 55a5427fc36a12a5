/**
 * What the playground needs of an editor, whichever it is: CodeMirror, or a
 * plain field where the screen is small.
 *
 * @module
 */

import type { Recipe, Tape } from "../../../explore/tape/tape.ts";
import type { Known, Offers, Problem, Replacement } from "../core/requests.ts";

/** What belongs to a text, and goes and comes back with it. */
export interface BesideText {
  readonly file: string;
  /** The chosen case; empty if there is one alone. */
  readonly case: string;
  readonly tape: Tape;
  readonly recipe: Recipe;
  /** The deviations in sentences. */
  readonly told: readonly string[];
}

/** What is beside the text is another than before. */
export interface BesideChange {
  readonly before: BesideText;
  readonly after: BesideText;
}

/** Whom an editor tells, and whom it asks. */
export interface EditorHost {
  /** The text is another one now. */
  onChange(source: string): void;
  /** The reader has gone to a line, from 1, and has changed nothing. */
  onLine(line: number): void;
  /** Undo or redo has come by a change of what is beside the text. */
  onBeside(beside: BesideText): void;
  onRun(): void;
  offers(source: string, offset: number): Promise<Offers | undefined>;
  known(source: string, offset: number): Promise<Known | undefined>;
}

/** An editor of one text. */
export interface TextEditor {
  /** Another text, or the same, with what is beside it; what was there can be had again in one step. */
  replace(source: string, change: BesideChange): void;
  /** A change by hand: what is new is marked, and seen. */
  apply(replacement: Replacement): void;
  undo(): void;
  showProblems(problems: readonly Problem[]): void;
  /** Marks the line of the selected step; 0 marks none. */
  showStep(line: number): void;
  /** Goes to a place, from 1. */
  goTo(line: number, column: number): void;
  destroy(): void;
}
