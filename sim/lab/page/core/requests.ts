/**
 * What the page asks of the core, which runs in a worker, and what it answers.
 *
 * @module
 */

import type { RunContent } from "../content/run_content.ts";
import type { Subject } from "../../explore/tape/subject.ts";
import type { GivenFile, RunAgain } from "../content/run_again.ts";

export type { Subject } from "../../explore/tape/subject.ts";

/** How a run is changed at a moment. */
export type Variation =
  /** Chance begins anew. */
  | { readonly kind: "salt"; readonly sequence: number; readonly salt: string }
  /** The power of an adapter goes, and comes back after 100 ms. */
  | { readonly kind: "power"; readonly sequence: number; readonly adapter: string }
  /** The n-th datagram from one end to another is lost. */
  | { readonly kind: "lose"; readonly from: string; readonly to: string; readonly ordinal: number }
  /** A deviation that the run has is left out, by its place among them. */
  | { readonly kind: "drop"; readonly place: number };

/** What can be asked. */
export type CoreRequest =
  /** Runs the run again. */
  | { readonly type: "open"; readonly again: RunAgain; readonly given: GivenFile | undefined }
  /** Runs a scenario that is there as text. */
  | { readonly type: "run"; readonly subject: Subject }
  /** Goes to the moment of an event, by execution again. */
  | { readonly type: "seek"; readonly sequence: number }
  /** Runs it with a change more. */
  | { readonly type: "vary"; readonly variation: Variation }
  /** Makes a failing run smaller. */
  | { readonly type: "shrink" };

/** A run that was made in the page. */
export interface MadeRun {
  readonly content: RunContent;
  /** Its bundle, for the command line: secret, as the scenario is. */
  readonly bundle: Uint8Array;
  readonly bundleName: string;
}

/** What is answered. */
export type CoreAnswer =
  | { readonly type: "opened"; readonly made: MadeRun }
  | {
    readonly type: "seeked";
    readonly sequence: number;
    readonly cells: readonly (readonly [string, string])[];
    readonly reexecuted: number;
  }
  | { readonly type: "varied"; readonly made: MadeRun }
  | {
    readonly type: "shrunk";
    readonly made: MadeRun;
    /** The steps that are left, by their names. */
    readonly steps: readonly string[];
    readonly executions: number;
    readonly isMinimal: boolean;
  };

/** What the worker posts: how far it is, what came of it, or why nothing did. */
export type CoreMessage =
  | { readonly type: "progress"; readonly cycle: number; readonly executions: number }
  | { readonly type: "answer"; readonly answer: CoreAnswer }
  | { readonly type: "problem"; readonly problem: string };
