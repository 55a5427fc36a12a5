/**
 * What can be wrong with a part, as data: a fault plan is a list that a
 * scenario file can hold and a run can repeat.
 *
 * @module
 */

import type { EraseCut, ProgramCut } from "./cut_effects.ts";

/** One thing that is wrong, or goes wrong. */
export type FlashFault =
  /** Bits of a byte turn over now. */
  | { readonly kind: "flip"; readonly address: number; readonly mask: number }
  /** Bits of a byte stay at a level for good, from now on. */
  | { readonly kind: "stuck"; readonly address: number; readonly mask: number; readonly level: 0 | 1 }
  /** Bits of a byte read as they like until they are driven again. */
  | { readonly kind: "weak"; readonly address: number; readonly mask: number }
  /** So many bits of a range that were programmed lose their charge now, and read 1; the seed says which. */
  | { readonly kind: "retention"; readonly address: number; readonly lengthBytes: number; readonly bits: number }
  /** So many bits of a range gain charge now by reads of their neighbours, and read 0; the seed says which. */
  | { readonly kind: "read disturb"; readonly address: number; readonly lengthBytes: number; readonly bits: number }
  /** Programs that touch a range fail, so many times: half of their bits are not driven. */
  | {
    readonly kind: "program failure";
    readonly address: number;
    readonly lengthBytes: number;
    readonly times: number;
    readonly reported: boolean;
  }
  /** Erases of a sector fail, so many times: it is left half erased. */
  | { readonly kind: "erase failure"; readonly sector: number; readonly times: number; readonly reported: boolean }
  /**
   * Sectors wear out: each erase beyond the limit, by default that of the data sheet, fails. `silent` ones seem to
   * succeed, but leave bits stuck at 0.
   */
  | { readonly kind: "endurance"; readonly eraseCycles?: number; readonly failure: "reported" | "silent" }
  /** How the next loss of power leaves a program, where the seed would otherwise decide. */
  | { readonly kind: "program cut"; readonly cut: ProgramCut }
  /** How the next loss of power leaves an erase, where the elapsed time would otherwise decide. */
  | { readonly kind: "erase cut"; readonly cut: EraseCut };

/** A fault that makes no sense for the part. */
export class FlashFaultError extends Error {
  /** The field of the fault. */
  readonly field: string;
  /** What was given. */
  readonly given: number | string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says which field, what it holds and what it may hold.
   *
   * @param field The field of the fault.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(field: string, given: number | string, accepted: string) {
    super(`Flash fault: ${field} is ${given}, expected ${accepted}`);
    this.name = "FlashFaultError";
    this.field = field;
    this.given = given;
    this.accepted = accepted;
  }
}
