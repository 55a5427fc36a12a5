/**
 * What the playground asks of the core, besides what a report asks: what is
 * wrong with a text, what may stand at a place of it, how it is changed by hand.
 *
 * @module
 */

import type { CoreAnswer, CoreRequest } from "../../core/requests.ts";
import type { Recipe, Tape } from "../../../explore/tape/tape.ts";

/** A scenario as it is written, and the files that it may name. */
export interface Written {
  readonly file: string;
  readonly source: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Something that is wrong in a text. */
export interface Problem {
  /** Line and column, from 1; line 0 if the whole is meant. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
  /** The word that was probably meant. */
  readonly meant?: string;
}

/** What came of reading a text. */
export interface Checked {
  readonly problems: readonly Problem[];
  /** The names of its cases: one empty text if there is one case alone. */
  readonly cases: readonly string[];
  /** For each case the modules that are stores, by the names of their adapters. */
  readonly stores: readonly Readonly<Record<string, string>>[];
}

/** Something that may stand at the cursor. */
export interface Offer {
  readonly label: string;
  readonly kind: "field" | "word" | "name";
  /** What is accepted behind it, in words; empty for words and names. */
  readonly accepts: string;
  readonly about: string;
  readonly isRequired: boolean;
}

/** What may stand at the cursor, in the place of what stands from one offset to another. */
export interface Offers {
  readonly from: number;
  readonly to: number;
  readonly offers: readonly Offer[];
}

/** What there is to know of the word at an offset. */
export interface Known {
  readonly from: number;
  readonly to: number;
  readonly word: string;
  readonly about: string;
  readonly accepts: string;
  /** A step that is right; empty if it is no step. */
  readonly example: string;
}

/** A change by hand. */
export type HandEdit =
  /** A fault more of the whole file, as it is written: `lose: { from: hba0, to: disk, datagram: 1 }`. */
  | { readonly kind: "fault"; readonly fault: string }
  /** Another store of an adapter; its own if no module is named. */
  | { readonly kind: "store"; readonly adapter: string; readonly module: string | undefined };

/** A text that takes the place of what stands from one offset to another. */
export interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** What can be asked. */
export type PlaygroundRequest =
  | Extract<CoreRequest, { readonly type: "run" }>
  /** Checks that deviations have their form; the rest of what an address holds is text. */
  | { readonly type: "deviations"; readonly tape: unknown; readonly recipe: unknown }
  /** Makes the failure of the open run smaller. */
  | { readonly type: "smaller" }
  | { readonly type: "check"; readonly written: Written }
  | { readonly type: "offers"; readonly source: string; readonly offset: number }
  | { readonly type: "known"; readonly source: string; readonly offset: number }
  | { readonly type: "edit"; readonly source: string; readonly edit: HandEdit };

/** What is answered. */
export type PlaygroundAnswer =
  | Extract<CoreAnswer, { readonly type: "opened" }>
  | { readonly type: "deviations"; readonly tape: Tape; readonly recipe: Recipe; readonly told: readonly string[] }
  | { readonly type: "smaller"; readonly source: string; readonly tape: Tape; readonly recipe: Recipe }
  | { readonly type: "checked"; readonly checked: Checked }
  | { readonly type: "offers"; readonly offers: Offers | undefined }
  | { readonly type: "known"; readonly known: Known | undefined }
  | { readonly type: "edited"; readonly replacement: Replacement };

/** What the worker posts. */
export type PlaygroundMessage =
  | { readonly type: "progress"; readonly cycle: number; readonly executions: number }
  | { readonly type: "answer"; readonly answer: PlaygroundAnswer }
  | { readonly type: "problem"; readonly problem: string };
