/**
 * The values of a matrix: a list, or a range such as `1..20` or
 * `0us..10ms step 50us`.
 *
 * @module
 */

import { MailboxCommand, MailboxStatus } from "../../../firmware/manual/interface.ts";
import { ISDSC_STATUSES, NT_STATUSES, WIN32_STATUSES } from "../faults/status_words.ts";
import { DURATION_UNITS } from "./values.ts";

/** The most values that one range may have. */
const MOST_VALUES = 100_000;

/** A number with its unit. */
interface Quantity {
  readonly digits: string;
  readonly unit: string;
}

const QUANTITY = /^(\d+(?:\.\d{1,6})?) ?([a-z%]*)$/;

/** Six digits behind the point, as a whole number. */
const SCALE = 1_000_000n;

/** What is wrong with a range. */
export interface RangeProblem {
  readonly problem: string;
  readonly accepted: string;
}

const FORMS = "1..20, 0us..10ms step 50us";

/**
 * The values of a range as they would be written one by one: both ends as they are, the others in the unit of the step if
 * they are whole there, else in the smaller unit of lower end and step.
 *
 * @param text `LOWER..UPPER`, with ` step STEP` behind it unless that is 1.
 */
export function valuesOfRange(text: string): readonly string[] | RangeProblem {
  const [, lower, upper, step] =
    /^(\S+?)\.\.(\S+?)(?: step (\S+))?$/.exec(text.replace(/(\d) (?!step )([a-z%])/g, "$1$2")) ??
      [];
  const [from, to] = [quantity(lower), quantity(upper)];
  const by = step === undefined && from !== undefined ? { digits: "1", unit: from.unit } : quantity(step);
  if (from === undefined || to === undefined || by === undefined) {
    return { problem: "what is no range", accepted: `a list, or a range such as ${FORMS}` };
  }
  if (to.unit === "" && from.unit !== "") {
    return { problem: "a range whose upper end has no unit", accepted: `${lower}..${upper}${from.unit}` };
  }
  if (from.unit === "" && to.unit !== "") {
    return { problem: "a range whose lower end has no unit", accepted: `${lower}${to.unit}..${upper}` };
  }
  const unit = smaller(from.unit, by.unit);
  const [first, last, each] = [from, to, by].map((each) => scaled(each, unit));
  if (first === undefined || last === undefined || each === undefined) {
    return { problem: "a range in units that do not go together", accepted: `one unit, or times: ${FORMS}` };
  }
  if (each === 0n || last < first) return { problem: "a range without an end", accepted: "a step above 0, upwards" };
  if ((last - first) / each >= BigInt(MOST_VALUES)) {
    return { problem: `a range of more than ${MOST_VALUES} values`, accepted: "fewer" };
  }
  const count = Number((last - first) / each) + 1;
  return Array.from({ length: count }, (_, index) => {
    const value = first + BigInt(index) * each;
    if (value === first) return `${from.digits}${from.unit}`;
    if (value === last) return `${to.digits}${to.unit}`;
    const called = isWhole(value, by.unit) ? by.unit : unit;
    return `${decimal(value, called)}${called}`;
  });
}

function quantity(text: string | undefined): Quantity | undefined {
  const [, digits, unit] = QUANTITY.exec(text ?? "") ?? [];
  return digits === undefined || unit === undefined ? undefined : { digits, unit };
}

function smaller(a: string, b: string): string {
  return (DURATION_UNITS.get(a) ?? 0) <= (DURATION_UNITS.get(b) ?? 0) ? a : b;
}

/** A quantity in millionths of a unit, of a nanosecond for times; `undefined` if it is of another kind. */
function scaled({ digits, unit }: Quantity, other: string): bigint | undefined {
  const [whole = "", fraction = ""] = digits.split(".");
  const amount = BigInt(whole) * SCALE + BigInt(fraction.padEnd(6, "0"));
  if (unit === other && !DURATION_UNITS.has(unit)) return amount;
  const [nanoseconds, others] = [DURATION_UNITS.get(unit), DURATION_UNITS.get(other)];
  return nanoseconds === undefined || others === undefined ? undefined : amount * BigInt(nanoseconds);
}

/** Whether what {@linkcode scaled} gave is a whole number of a unit. */
function isWhole(value: bigint, unit: string): boolean {
  return value % (SCALE * BigInt(DURATION_UNITS.get(unit) ?? 1)) === 0n;
}

/** Names that stand for numbers wherever they are accepted. */
const CODES: ReadonlyMap<string, number> = new Map(
  [WIN32_STATUSES, NT_STATUSES, MailboxStatus, MailboxCommand, ISDSC_STATUSES].flatMap((names) =>
    Object.entries(names)
  ),
);

/** The whole number that a value is, in hex or decimal, or as the name of a status or command. */
function codeOf(text: string): bigint | undefined {
  const named = CODES.get(text);
  if (named !== undefined) return BigInt(named);
  return /^(0x[\da-f]+|\d+)$/i.test(text) ? BigInt(text) : undefined;
}

/**
 * Whether two values are the same, however they are written: `5ms` and `5000us`, `1` and `1.0`, `16` and `0x10`,
 * `SUCCESS` and `0`.
 */
export function isSameValue(one: string, other: string): boolean {
  if (one === other) return true;
  const code = codeOf(one);
  if (code !== undefined && code === codeOf(other)) return true;
  const [a, b] = [quantity(one), quantity(other)];
  if (a === undefined || b === undefined) return false;
  const [first, second] = [scaled(a, b.unit), scaled(b, b.unit)];
  return first !== undefined && first === second;
}

/** What {@linkcode scaled} gave, in the unit again, with as few digits as say it exactly or to a millionth. */
function decimal(value: bigint, unit: string): string {
  const amount = value / BigInt(DURATION_UNITS.get(unit) ?? 1);
  const fraction = String(amount % SCALE).padStart(6, "0").replace(/0+$/, "");
  return fraction === "" ? `${amount / SCALE}` : `${amount / SCALE}.${fraction}`;
}
