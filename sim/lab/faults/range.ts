/**
 * A range of whole numbers.
 *
 * @module
 */

/** From where to where, both included. */
export interface Range {
  readonly least: number;
  readonly most: number;
  /** As it is told. */
  readonly text: string;
}

/** Whether a number lies in a range. */
export function isIn({ least, most }: Range, value: number): boolean {
  return value >= least && value <= most;
}
