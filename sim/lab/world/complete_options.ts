/**
 * A part's options, of which none is forgotten.
 *
 * @module
 */

/** Each option is said: `undefined` where the part's own default is meant. So a new one that is not does not compile. */
type Complete<T> = { readonly [Name in keyof Required<T>]: T[Name] };

/** The options of a part, without those that are left to it. */
export function completeOptions<T extends object>(options: Complete<T>): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
