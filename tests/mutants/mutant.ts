/**
 * A fault of one line that somebody could write.
 *
 * @module
 */

import type { PlantedFault } from "../support/planted_copy.ts";

/** A fault, and what it comes to. */
export interface Mutant extends PlantedFault {
  /** What is wrong with it, in words. */
  readonly name: string;
  /** Why nothing can find it, if so. */
  readonly equivalent?: string;
}

type Row = readonly [name: string, text: string, fault: string, equivalent?: string];

/** Mutants of one file. */
export const inFile = (file: string, ...mutants: readonly Row[]) =>
  mutants.map(([name, text, fault, equivalent]): Mutant => (
    { file, name, text, fault, ...(equivalent !== undefined && { equivalent }) }
  ));
