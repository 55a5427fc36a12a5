/**
 * A range of whole numbers.
 *
 * @module
 */

/** From where to where, both included. */
export interface Bounds {
  /** The least. */
  readonly least: number;
  /** The most; `Infinity` if there is none. */
  readonly most: number;
}

/** A range that was written down. */
export interface Range extends Bounds {
  /** As it is told. */
  readonly text: string;
}

/** Whether a number lies in a range. */
export function isIn({ least, most }: Bounds, value: number): boolean {
  return value >= least && value <= most;
}
