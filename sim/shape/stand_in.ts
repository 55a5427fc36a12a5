/**
 * What stands for a value that is not accepted while the rest of a file with
 * mistakes is looked at.
 *
 * @module
 */

import type { MappingShape, Shape, ValueOf } from "./shape.ts";

/**
 * Says what stands for a value that is not accepted.
 *
 * @param standIn Makes it; its ordinal is how many such values there were before, so that no two are the same.
 */
export function withStandIn<S extends Shape>(shape: S, standIn: (ordinal: number) => ValueOf<S>): S {
  return { ...shape, standIn };
}

/** Marks a mapping of which nothing can be said once a field of it is not accepted. */
export function indivisible<T>(shape: MappingShape<T>): MappingShape<T> {
  return { ...shape, isIndivisible: true };
}
