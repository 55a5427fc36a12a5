/**
 * What can be wrong with a part, as data: a fault plan is a list that a scenario file can hold and a run can repeat.
 *
 * This is the one place of a kind of fault: its type, and its entry in the
 * table that says how it is written in a file, what makes sense and what it
 * does. Neither compiles without the other.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import {
  boolean,
  converted,
  doc,
  either,
  type Fields,
  integer,
  mapping,
  type MappingShape,
  oneOf,
  optional,
  scalar,
  type Shape,
  titled,
  variant,
} from "../../shape/shape.ts";
import { cutErase, type EraseCut, flipSome, PROGRAM_CUTS, type ProgramCut } from "./cut_effects.ts";
import {
  type ExactFaultKind,
  type FaultKind,
  faultKind,
  type FaultyPart,
  FlashFaultError,
  requireOneOf,
  requireWhole,
  type StruckBytes,
} from "./fault_kind.ts";
import { STATUS_CUTS, type StatusCut } from "./status_register.ts";

export { FlashFaultError };

/** One thing that is wrong, or goes wrong. What it does stands in the table of kinds. */
export type FlashFault =
  | { readonly kind: "flip"; readonly address: number; readonly mask: number }
  | { readonly kind: "stuck"; readonly address: number; readonly mask: number; readonly level: 0 | 1 }
  | { readonly kind: "weak"; readonly address: number; readonly mask: number }
  | { readonly kind: "retention"; readonly address: number; readonly lengthBytes: number; readonly bits: number }
  | { readonly kind: "read disturb"; readonly address: number; readonly lengthBytes: number; readonly bits: number }
  | {
    readonly kind: "program failure";
    readonly address: number;
    readonly lengthBytes: number;
    readonly times: number;
    readonly reported: boolean;
  }
  | { readonly kind: "erase failure"; readonly sector: number; readonly times: number; readonly reported: boolean }
  | {
    readonly kind: "endurance";
    readonly eraseCycles?: number;
    readonly spreadPercent?: number;
    readonly failure: "reported" | "silent";
  }
  | { readonly kind: "bad cells"; readonly perMillion: number }
  | { readonly kind: "disturbing reads"; readonly reads: number }
  | { readonly kind: "charge loss"; readonly hours: number }
  | { readonly kind: "storage"; readonly hours: number }
  | { readonly kind: "brown out"; readonly afterNanoseconds?: number; readonly nanoseconds: number }
  | { readonly kind: "program cut"; readonly cut: ProgramCut; readonly weakBits?: number }
  | { readonly kind: "erase cut"; readonly cut: EraseCut; readonly weakBits?: number }
  | { readonly kind: "status cut"; readonly cut: StatusCut };

const BYTE = {
  address: doc("Address of the byte.", integer(0, 0xffff_ffff)),
  mask: doc("The bits, as a mask.", integer(1, 255)),
};
const RANGE = {
  address: doc("Where the range begins.", integer(0, 0xffff_ffff)),
  lengthBytes: doc("How many bytes it has.", integer(1, 0xffff_ffff)),
};
const SOME_BITS = mapping({ ...RANGE, bits: doc("How many bits; the seed says which.", integer(1, 0xffff_ffff)) });
const LEVEL = scalar<0 | 1>({ accepts: "0 or 1", words: ["0", "1"], parse: (word) => word === "0" ? 0 : 1 });
const COUNT = integer(1, Number.MAX_SAFE_INTEGER);
const FAILING = {
  times: doc("How many operations fail; all by default.", optional(COUNT, Infinity)),
  reported: doc("Whether the status register tells, on parts that have fail bits.", optional(boolean(), true)),
};
const ERASE_CUT = either<EraseCut, EraseCut>(
  phaseWord("not begun", "half erased", "weak", "done"),
  converted(
    mapping({ zeroBytes: doc("How many bytes are zero, from the end of what is erased.", integer(0, 0xffff_ffff)) }),
    ({ zeroBytes }): EraseCut => ({ phase: "zeroed from the end", zeroBytes }),
  ),
);
const WEAK_BITS = doc("How many bits are undecided, anywhere in it, where some are.", optional(integer(0, 0xffff)));
const ERASE_PHASES: readonly EraseCut["phase"][] = ["not begun", "zeroed from the end", "half erased", "weak", "done"];

const MOST_SPREAD_PERCENT = 10_000;
/** Some thousand years. */
const MOST_HOURS = 100_000_000;
const MOST_NANOSECONDS = 1e12;
const HOURS = integer(1, MOST_HOURS);
const NANOSECONDS = integer(0, MOST_NANOSECONDS);

/** Bits that a sector worn out beyond its endurance keeps at 0 with each further erase. Assumed. */
const WORN_BITS = 8;

/** What each kind of fault is. */
const KINDS: { readonly [K in FlashFault["kind"]]: ExactFaultKind<Omit<Extract<FlashFault, { kind: K }>, "kind">> } = {
  flip: faultKind({
    doc: "Bits of a byte turn over now.",
    place: "byte",
    anchor: "now",
    shape: mapping(BYTE),
    check: () => {},
    inject: ({ address, mask }, { cells }) => cells.flip(address, mask),
  }),
  stuck: faultKind({
    doc: "Bits of a byte stay at a level for good, from now on.",
    place: "byte",
    anchor: "now",
    shape: mapping({ ...BYTE, level: doc("What they read as.", LEVEL) }),
    check: ({ level }) => requireOneOf("level", level, [0, 1]),
    inject({ address, mask, level }, { cells, geometry }) {
      // Cells know parts that are erased to FF only.
      cells.stick(address, mask, geometry.erasedValue === 0 ? (level === 0 ? 1 : 0) : level);
    },
  }),
  weak: faultKind({
    doc: "Bits of a byte read as they like until they are driven again.",
    place: "byte",
    anchor: "now",
    shape: mapping(BYTE),
    check: () => {},
    inject: ({ address, mask }, { cells }) => cells.weaken(address, mask),
  }),
  retention: faultKind({
    doc: "Bits of a range that were programmed lose their charge now, and read 1.",
    place: "range",
    anchor: "now",
    shape: SOME_BITS,
    check: ({ bits, lengthBytes }) => requireWhole("bits", bits, 1, 8 * lengthBytes),
    vain: (range, cells) => isAll(cells, range, 0xff) ? "no bit of the range is programmed" : undefined,
    inject: ({ address, lengthBytes, bits }, { cells, random }) =>
      flipSome(cells, address, lengthBytes, bits, 0, random),
  }),
  "read disturb": faultKind({
    doc: "Bits of a range gain charge now by reads of their neighbours, and read 0.",
    place: "range",
    anchor: "now",
    shape: SOME_BITS,
    check: ({ bits, lengthBytes }) => requireWhole("bits", bits, 1, 8 * lengthBytes),
    vain: (range, cells) => isAll(cells, range, 0) ? "all bits of the range are programmed" : undefined,
    inject: ({ address, lengthBytes, bits }, { cells, random }) =>
      flipSome(cells, address, lengthBytes, bits, 1, random),
  }),
  "program failure": faultKind({
    doc: "Programs that touch a range fail: half of their bits are not driven.",
    place: "range",
    anchor: "program",
    shape: mapping({ ...RANGE, ...FAILING }),
    times: ({ times }) => times,
    check: checkFailing,
    inject({ reported }, { pageBuffer, random }, { lengthBytes }) {
      for (let index = 0; index < lengthBytes; index++) {
        pageBuffer[index] = (pageBuffer[index] as number) | (random.next() & 0xff);
      }
      return reported ? "reported" : "silent";
    },
  }),
  "erase failure": faultKind({
    doc: "Erases of a sector fail: it is left half erased.",
    place: "sector",
    anchor: "erase",
    shape: mapping({ sector: doc("Its number, from 0.", integer(0, 0xffff)), ...FAILING }),
    times: ({ times }) => times,
    check: checkFailing,
    inject({ reported }, part, sector) {
      eraseByHalf(part, sector);
      return reported ? "reported" : "silent";
    },
  }),
  endurance: faultKind({
    doc: "Sectors wear out: each erase beyond the limit fails. Silent ones seem to succeed, but leave bits stuck at 0.",
    place: "part",
    anchor: "erase",
    shape: mapping({
      eraseCycles: doc("The limit; that of the data sheet by default.", optional(COUNT)),
      spreadPercent: doc(
        "By how much the best sector has more; the seed says which has how much. None by default.",
        optional(integer(0, MOST_SPREAD_PERCENT)),
      ),
      failure: doc("Whether the status register tells, on parts that have fail bits.", oneOf("reported", "silent")),
    }),
    check({ failure, eraseCycles, spreadPercent }) {
      requireOneOf("failure", failure, ["reported", "silent"]);
      if (eraseCycles !== undefined) requireWhole("eraseCycles", eraseCycles, 1, Number.MAX_SAFE_INTEGER);
      if (spreadPercent !== undefined) requireWhole("spreadPercent", spreadPercent, 0, MOST_SPREAD_PERCENT);
    },
    inject({ failure, eraseCycles, spreadPercent = 0 }, part, { address, lengthBytes }) {
      const sector = address / part.geometry.sectorBytes;
      const least = eraseCycles ?? part.enduranceCycles;
      const limit = spreadPercent === 0 ? least : part.ages.endurance(sector, least, spreadPercent);
      if ((part.sectorErases[sector] as number) <= limit) return undefined;
      if (failure === "reported") eraseByHalf(part, { address, lengthBytes });
      else wearOut(part, { address, lengthBytes });
      return failure;
    },
  }),
  "bad cells": faultKind({
    doc: "Some cells were bad when the part was made: their bits stay at a level. The seed says which.",
    place: "part",
    anchor: "now",
    shape: mapping({ perMillion: doc("How many of a million bits.", integer(1, 1_000_000)) }),
    check: ({ perMillion }) => requireWhole("perMillion", perMillion, 1, 1_000_000),
    inject: ({ perMillion }, part) => stickSome(part, perMillion),
  }),
  "disturbing reads": faultKind({
    doc: "From now on reads disturb their sector: bits gain charge and read 0, the more the more it is worn.",
    place: "part",
    anchor: "now",
    shape: mapping({
      reads: doc("Reads at which the first bit of a fresh sector turns; the next at each doubling.", COUNT),
    }),
    check: ({ reads }) => requireWhole("reads", reads, 1, Number.MAX_SAFE_INTEGER),
    inject: ({ reads }, { ages }) => ages.disturbByReads(reads),
  }),
  "charge loss": faultKind({
    doc: "From now on programmed bits lose their charge with time, the more the more their sector is worn.",
    place: "part",
    anchor: "now",
    shape: mapping({ hours: doc("When the first bit of a fresh sector has lost it, after its erase.", HOURS) }),
    check: ({ hours }) => requireWhole("hours", hours, 1, MOST_HOURS),
    inject: ({ hours }, { ages }) => ages.loseCharge(hours),
  }),
  storage: faultKind({
    doc: "The part lies for some time, which counts for charge loss: after 20 years in a fresh sector by default.",
    place: "part",
    anchor: "now",
    shape: mapping({ hours: doc("How long.", HOURS) }),
    check: ({ hours }) => requireWhole("hours", hours, 1, MOST_HOURS),
    inject: ({ hours }, { ages }) => ages.lie(hours),
  }),
  "brown out": faultKind({
    doc: "The supply is too low for a while: commands are lost or go elsewhere, and what is driven is left half way.",
    place: "part",
    anchor: "now",
    shape: mapping({
      afterNanoseconds: doc("When it begins; now by default.", optional(NANOSECONDS)),
      nanoseconds: doc("How long it lasts.", integer(1, MOST_NANOSECONDS)),
    }),
    check({ afterNanoseconds = 0, nanoseconds }) {
      requireWhole("afterNanoseconds", afterNanoseconds, 0, MOST_NANOSECONDS);
      requireWhole("nanoseconds", nanoseconds, 1, MOST_NANOSECONDS);
    },
    inject: ({ afterNanoseconds = 0, nanoseconds }, part) => part.brownOut(afterNanoseconds, nanoseconds),
  }),
  "program cut": faultKind({
    doc: "How the next loss of power leaves a program, where the seed would otherwise decide.",
    place: "part",
    anchor: "program cut",
    shape: mapping({ cut: doc("How.", oneOf(...PROGRAM_CUTS)), weakBits: WEAK_BITS }),
    times: () => 1,
    check({ cut, weakBits }, { pageBytes }) {
      requireOneOf("cut", cut, PROGRAM_CUTS);
      checkWeakBits(weakBits, cut, ["weak bits"], pageBytes);
    },
    inject: (fault) => fault,
  }),
  "erase cut": faultKind({
    doc: "How the next loss of power leaves an erase, where the elapsed time would otherwise decide.",
    place: "part",
    anchor: "erase cut",
    shape: mapping({ cut: doc("In which phase.", ERASE_CUT), weakBits: WEAK_BITS }),
    times: () => 1,
    check({ cut, weakBits }, { sectorBytes }) {
      const given: unknown = cut;
      if (typeof given !== "object" || given === null) {
        throw new FlashFaultError("cut", String(given), "an object with a phase");
      }
      requireOneOf("cut.phase", cut.phase, ERASE_PHASES);
      checkWeakBits(weakBits, cut.phase, ["half erased", "weak"], sectorBytes);
      if (cut.phase === "zeroed from the end") requireWhole("cut.zeroBytes", cut.zeroBytes, 0, sectorBytes);
    },
    inject: (fault) => fault,
  }),
  "status cut": faultKind({
    doc:
      "What the next loss of power leaves of the status register that is written, where the seed would otherwise decide.",
    place: "part",
    anchor: "status cut",
    shape: mapping({ cut: doc("What.", oneOf(...STATUS_CUTS)) }),
    times: () => 1,
    check: ({ cut }) => requireOneOf("cut", cut, STATUS_CUTS),
    inject: ({ cut }) => cut,
  }),
};

/**
 * The kind of a fault, which came from a file or another program.
 *
 * @throws {FlashFaultError} There is no such kind.
 */
export function kindOf(fault: FlashFault): FaultKind {
  const given: unknown = fault;
  if (typeof given !== "object" || given === null) throw new FlashFaultError("fault", String(given), "an object");
  if (Object.hasOwn(KINDS, fault.kind)) return KINDS[fault.kind];
  throw new FlashFaultError("kind", String(fault.kind), alternatives(Object.keys(KINDS)));
}

/** The fields of each kind, besides the kind itself. */
export const FAULT_FIELDS: ReadonlyMap<string, Fields> = new Map(
  Object.entries<FaultKind>(KINDS).map(([kind, { shape }]) => [kind, shape.fields]),
);

/** How each kind of fault is written in files, by what files call it. */
export const FLASH_FAULT_KINDS: { readonly [name: string]: Shape<FlashFault> } = Object.fromEntries(
  Object.entries<FaultKind>(KINDS).map(([kind, { doc: meaning, shape }]) => [
    nameInFiles(kind),
    // The type of the table makes the shape of a kind read all of its fields.
    doc(meaning, converted(written(shape), (fields) => Object.assign({ kind }, fields) as FlashFault)),
  ]),
);

/** A fault as it is written in files, "read disturb" as `readDisturb: { … }`. */
export const FLASH_FAULT: Shape<FlashFault> = converted(
  titled("flash fault", variant("fault", FLASH_FAULT_KINDS)),
  ({ value }) => value,
);

/** What files call a kind of fault: "read disturb" is `readDisturb`. */
export function nameInFiles(kind: string): string {
  return kind.replace(/ ./g, (letter) => letter.slice(1).toUpperCase());
}

/** A kind with a single field that must be given is written as the value of that field, too, or, with no other, only so. */
function written(shape: MappingShape): Shape {
  const fields = Object.entries(shape.fields);
  const required = fields.flatMap(([name, field]) => "optional" in field ? [] : [[name, field]] as const);
  const [single, ...more] = required;
  if (single === undefined || more.length > 0) return shape;
  const [name, field] = single;
  if (fields.length === 1) return converted(field, (value) => ({ [name]: value }));
  const word = field.kind === "either" ? field.scalar : field;
  if (word.kind !== "scalar") return shape;
  const others = fields.flatMap(([other, each]) =>
    "optional" in each && each.fallback !== undefined ? [[other, each.fallback] as const] : []
  );
  return either({ ...word, parse: (text) => withOthers(name, word.parse(text), others) }, shape);
}

function withOthers(name: string, value: unknown, others: readonly (readonly [string, unknown])[]): object | undefined {
  return value === undefined ? undefined : { ...Object.fromEntries(others), [name]: value };
}

function checkFailing({ times, reported }: { readonly times: number; readonly reported: boolean }): void {
  requireOneOf("reported", reported, [true, false]);
  if (times !== Infinity) requireWhole("times", times, 1, Number.MAX_SAFE_INTEGER);
}

function checkWeakBits(bits: number | undefined, cut: string, weakening: readonly string[], lengthBytes: number): void {
  if (bits === undefined) return;
  if (!weakening.includes(cut)) throw new FlashFaultError("weakBits", bits, `none, but with ${weakening.join(" or ")}`);
  requireWhole("weakBits", bits, 0, 8 * lengthBytes);
}

function phaseWord(...phases: readonly ("not begun" | "half erased" | "weak" | "done")[]) {
  return scalar<EraseCut>({
    accepts: alternatives(phases),
    words: phases,
    parse(word) {
      const phase = phases.find((each) => each === word);
      return phase === undefined ? undefined : { phase };
    },
  });
}

/** The whole number of bits that a rate gives, and by chance one more for the rest. */
function stickSome({ cells, random }: FaultyPart, perMillion: number): void {
  const millionths = 8 * cells.lengthBytes * perMillion;
  const bits = Math.floor(millionths / 1e6) + (random.below(1e6) < millionths % 1e6 ? 1 : 0);
  for (let count = 0; count < bits; count++) {
    cells.stick(random.below(cells.lengthBytes), 1 << random.below(8), random.below(2) === 0 ? 0 : 1);
  }
}

function isAll(cells: FaultyPart["cells"], { address, lengthBytes }: StruckBytes, value: number): boolean {
  return Array.from({ length: lengthBytes }, (_, index) => cells.at(address + index)).every((each) => each === value);
}

function eraseByHalf({ cells, random }: FaultyPart, { address, lengthBytes }: StruckBytes): void {
  cutErase(cells, address, lengthBytes, { phase: "half erased" }, random);
}

function wearOut({ cells, random }: FaultyPart, { address, lengthBytes }: StruckBytes): void {
  cells.fill(address, lengthBytes, 0xff);
  for (let count = 0; count < WORN_BITS; count++) {
    cells.stick(address + random.below(lengthBytes), 1 << random.below(8), 0);
  }
}
