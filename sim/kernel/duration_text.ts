/**
 * A length of time as people write it.
 *
 * @module
 */

const UNITS = [["h", 3600e9], ["min", 60e9], ["s", 1e9], ["ms", 1e6], ["us", 1e3], ["ns", 1]] as const;

/** A length of time as scenario files write it: a whole number of the largest unit that has one, as `1100ms`. */
export function durationText(nanoseconds: number): string {
  const [unit, factor] = UNITS.find(([, each]) => nanoseconds % each === 0 && nanoseconds >= each) ?? UNITS[5];
  return `${nanoseconds / factor}${unit}`;
}
