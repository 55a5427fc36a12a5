/**
 * A length of time as people write it.
 *
 * @module
 */

const UNITS = [["h", 3600e9], ["min", 60e9], ["s", 1e9], ["ms", 1e6], ["us", 1e3], ["ns", 1]] as const;

/** Above so many of a unit a whole number is hard to read. */
const EASILY_READ = 10_000;

/** Below 1,000 s, a decimal number is read back as the same nanosecond. */
const EXACT_BELOW = 1e12;

/**
 * A length of time as scenario files write and read it: a whole number of the
 * largest unit that has one, as `1100ms`, or where that is too long to read,
 * decimals of a larger unit, as `652.83431ms`.
 */
export function durationText(nanoseconds: number): string {
  const [unit, factor] = UNITS.find(([, each]) => nanoseconds % each === 0 && nanoseconds >= each) ?? UNITS[5];
  const whole = nanoseconds / factor;
  if (whole < EASILY_READ || nanoseconds >= EXACT_BELOW) return `${whole}${unit}`;
  const [larger, each] = UNITS.slice(2).find(([, each]) => nanoseconds >= each) ?? UNITS[5];
  return `${nanoseconds / each}${larger}`;
}
