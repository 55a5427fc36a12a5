/**
 * What can be wrong with a part, as data: a fault plan is a list that a
 * scenario file can hold and a run can repeat.
 *
 * This is the one place of a kind of fault: its type, and its entry in the
 * table that says how it is written in a file, what makes sense and what it
 * does. Neither compiles without the other.
 *
 * @module
 */

import {
  boolean,
  converted,
  doc,
  type Fields,
  integer,
  mapping,
  type MappingShape,
  oneOf,
  optional,
  scalar,
  type Shape,
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
  | { readonly kind: "endurance"; readonly eraseCycles?: number; readonly failure: "reported" | "silent" }
  | { readonly kind: "program cut"; readonly cut: ProgramCut }
  | { readonly kind: "erase cut"; readonly cut: EraseCut };

const BYTE = {
  address: doc("Address of the byte.", integer(0, 0xffff_ffff)),
  mask: doc("The bits, as a mask.", integer(1, 255)),
};
const RANGE = {
  address: doc("Where the range begins.", integer(0, 0xffff_ffff)),
  lengthBytes: doc("How many bytes it has.", integer(1, 0xffff_ffff)),
};
const SOME_BITS = mapping({ ...RANGE, bits: doc("How many bits; the seed says which.", integer(1, 0xffff_ffff)) });
const LEVEL = scalar<0 | 1>({ accepts: "0, 1", words: ["0", "1"], parse: (word) => word === "0" ? 0 : 1 });
const COUNT = integer(1, Number.MAX_SAFE_INTEGER);
const FAILING = {
  times: doc("How many operations fail; all by default.", optional(COUNT, Infinity)),
  reported: doc("Whether the status register tells.", optional(boolean(), true)),
};
const ERASE_CUT = converted(
  oneOf("not begun", "half erased", "weak", "done"),
  (phase): EraseCut => ({ phase }),
);
const ERASE_PHASES: readonly EraseCut["phase"][] = ["not begun", "zeroed from the end", "half erased", "weak", "done"];

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
    inject: ({ address, mask, level }, { cells }) => cells.stick(address, mask, level),
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
    inject: ({ address, lengthBytes, bits }, { cells, random }) =>
      flipSome(cells, address, lengthBytes, bits, 0, random),
  }),
  "read disturb": faultKind({
    doc: "Bits of a range gain charge now by reads of their neighbours, and read 0.",
    place: "range",
    anchor: "now",
    shape: SOME_BITS,
    check: ({ bits, lengthBytes }) => requireWhole("bits", bits, 1, 8 * lengthBytes),
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
      failure: doc("Whether the status register tells.", oneOf("reported", "silent")),
    }),
    check({ failure, eraseCycles }) {
      requireOneOf("failure", failure, ["reported", "silent"]);
      if (eraseCycles !== undefined) requireWhole("eraseCycles", eraseCycles, 1, Number.MAX_SAFE_INTEGER);
    },
    inject({ failure, eraseCycles }, part, { address, lengthBytes }) {
      const erases = part.sectorErases[address / part.geometry.sectorBytes] as number;
      if (erases <= (eraseCycles ?? part.enduranceCycles)) return undefined;
      if (failure === "reported") eraseByHalf(part, { address, lengthBytes });
      else wearOut(part, { address, lengthBytes });
      return failure;
    },
  }),
  "program cut": faultKind({
    doc: "How the next loss of power leaves a program, where the seed would otherwise decide.",
    place: "part",
    anchor: "program cut",
    shape: mapping({ cut: doc("How.", oneOf(...PROGRAM_CUTS)) }),
    times: () => 1,
    check: ({ cut }) => requireOneOf("cut", cut, PROGRAM_CUTS),
    inject: ({ cut }) => cut,
  }),
  "erase cut": faultKind({
    doc: "How the next loss of power leaves an erase, where the elapsed time would otherwise decide.",
    place: "part",
    anchor: "erase cut",
    shape: mapping({ cut: doc("In which phase.", ERASE_CUT) }),
    times: () => 1,
    check({ cut }, { sectorBytes }) {
      requireOneOf("cut.phase", cut.phase, ERASE_PHASES);
      if (cut.phase === "zeroed from the end") requireWhole("cut.zeroBytes", cut.zeroBytes, 0, sectorBytes);
    },
    inject: ({ cut }) => cut,
  }),
};

/**
 * The kind of a fault, which came from a file or another program.
 *
 * @throws {FlashFaultError} There is no such kind.
 */
export function kindOf(fault: FlashFault): FaultKind {
  if (Object.hasOwn(KINDS, fault.kind)) return KINDS[fault.kind];
  throw new FlashFaultError("kind", String(fault.kind), Object.keys(KINDS).join(", "));
}

/** The fields of each kind, besides the kind itself. */
export const FAULT_FIELDS: ReadonlyMap<string, Fields> = new Map(
  Object.entries<FaultKind>(KINDS).map(([kind, { shape }]) => [kind, shape.fields]),
);

/** A fault as it is written in files, "read disturb" as `readDisturb: { … }`. */
export const FLASH_FAULT: Shape<FlashFault> = converted(
  variant(
    "fault",
    Object.fromEntries(
      Object.entries<FaultKind>(KINDS).map(([kind, { doc: meaning, shape }]) => [
        nameInFiles(kind),
        // The type of the table makes the shape of a kind read all of its fields.
        doc(meaning, converted(written(shape), (fields) => Object.assign({ kind }, fields) as FlashFault)),
      ]),
    ),
  ),
  ({ value }) => value,
);

/** What files call a kind of fault: "read disturb" is `readDisturb`. */
export function nameInFiles(kind: string): string {
  return kind.replace(/ ./g, (letter) => letter.slice(1).toUpperCase());
}

function written(shape: MappingShape): Shape {
  const [single, ...more] = Object.entries(shape.fields);
  if (single === undefined || more.length > 0) return shape;
  const [name, field] = single;
  return "optional" in field ? shape : converted(field, (value) => ({ [name]: value }));
}

function checkFailing({ times, reported }: { readonly times: number; readonly reported: boolean }): void {
  requireOneOf("reported", reported, [true, false]);
  if (times !== Infinity) requireWhole("times", times, 1, Number.MAX_SAFE_INTEGER);
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
