/**
 * Counts and lengths of time as files expect them: one, or a range `a..b`,
 * `a..`, `..b` with both ends in it.
 *
 * @module
 */

import { parseScalar, scalar, type ScalarShape } from "../../shape/shape.ts";
import type { Range } from "../faults/range.ts";
import { DURATION, LENGTH_WRITTEN } from "./values.ts";

const WHOLE_WRITTEN = "(0x[0-9a-f]+|\\d+)";
const WHOLE = new RegExp(`^${WHOLE_WRITTEN}$`, "i");
/** A nothing with a range behind it. */
const FROM_NOTHING = "(0x)?0+(\\.0+)? ?[a-z]*\\.\\.";

/** A whole number from 0, or a range of them. */
export const COUNT_RANGE: ScalarShape<Range> = rangeOf(
  {
    accepts: "a whole number from 0, or a range such as 1..3, 1.. or ..3 that some number is not in",
    example: "1..3",
    written: "CountRange",
    pattern: rangeWritten(WHOLE_WRITTEN, "i"),
  },
  (text) => WHOLE.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined,
);

/** Which of several, counted from 1: one, a range, or each. */
export const ORDINALS: ScalarShape<Range> = ordinalsOf(COUNT_RANGE);

function ordinalsOf(range: ScalarShape<Range>): ScalarShape<Range> {
  return {
    ...range,
    accepts: "an ordinal from 1, a range such as 2..4, or each",
    written: 'CountRange | "each"',
    example: "each",
    words: ["each"],
    pattern: new RegExp(`^(?!(0x)?0+(\\.\\.|$))${WHOLE_WRITTEN}(\\.\\.${WHOLE_WRITTEN}?)?$`, "i"),
    parse(text) {
      if (text === "each") return { least: 1, most: Infinity, text };
      const read = range.parse(text);
      return read === undefined || read.least < 1 ? undefined : read;
    },
  };
}

/** A length of time in nanoseconds: its most, if it is one; or a range. */
export const DURATION_RANGE: ScalarShape<Range> = upTo(rangeOf(
  {
    accepts: "a duration such as 20ms, which is the most, or a range such as 1s..2s that some duration is not in",
    example: "1s..1100ms",
    written: "DurationRange",
    meantBy: withUnits,
    pattern: rangeWritten(LENGTH_WRITTEN),
  },
  (text) => parseScalar(DURATION, text),
));

/** One, a range, or one with one end: but none in which everything is. */
function rangeWritten(one: string, flags?: "i"): RegExp {
  return new RegExp(`^(${one}(\\.\\.${one})?|(?!${FROM_NOTHING}$)${one}\\.\\.|\\.\\.${one})$`, flags);
}

function rangeOf(
  written: Pick<ScalarShape<Range>, "accepts" | "example" | "written" | "meantBy" | "pattern">,
  number: (text: string) => number | undefined,
): ScalarShape<Range> {
  return scalar<Range>({
    ...written,
    parse(text) {
      const [from = "", to = from, ...more] = text.split("..");
      const least = from === "" ? 0 : number(from);
      const most = to === "" ? Infinity : number(to);
      if (more.length > 0 || least === undefined || most === undefined || least > most) return undefined;
      // Of a range in which everything is, nothing can fail.
      return least === 0 && most === Infinity ? undefined : { least, most, text };
    },
  });
}

/** A range of bare numbers, or with one end that is, with units: that of the other end, or of those that are usual. */
function withUnits(text: string): string | undefined {
  const ends = text.split("..");
  const numbers = ends.filter((end) => end !== "");
  if (ends.length > 2 || numbers.length === 0) return undefined;
  if (!numbers.every((end) => /^\d+(\.\d+)?$/.test(end) || parseScalar(DURATION, end) !== undefined)) return undefined;
  const units = numbers.flatMap((end) => /[a-z]+$/.exec(end) ?? []);
  if (units.length === numbers.length) return undefined;
  const told = (unit: string) => ends.map((end) => /\d$/.test(end) ? `${end}${unit}` : end).join("..");
  return (units.length > 0 ? units : ["ms", "s"]).map(told).join(" or ");
}

/** One length alone means that it is not exceeded. */
function upTo(range: ScalarShape<Range>): ScalarShape<Range> {
  return {
    ...range,
    parse(text) {
      const read = range.parse(text);
      return read === undefined || text.includes("..") ? read : { ...read, least: 0 };
    },
  };
}
