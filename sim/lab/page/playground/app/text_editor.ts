/**
 * What the playground needs of an editor, whichever it is: CodeMirror, or a
 * plain field where the screen is small.
 *
 * @module
 */

import type { Known, Offers, Problem, Replacement } from "../core/requests.ts";

/** Whom an editor tells, and whom it asks. */
export interface EditorHost {
  /** The text is another one now. */
  onChange(source: string): void;
  /** The reader has gone to a line, from 1, and has changed nothing. */
  onLine(line: number): void;
  onRun(): void;
  offers(source: string, offset: number): Promise<Offers | undefined>;
  known(source: string, offset: number): Promise<Known | undefined>;
}

/** An editor of one text. */
export interface TextEditor {
  /** Another text in the place of all; what was there can be had again where the editor can undo. */
  replace(source: string): void;
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
