/**
 * What makes a kind of fault: what of the part it strikes, what it hangs on,
 * how it is written in a file, which values make sense, and what it does.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import type { MappingShape } from "../../shape/shape.ts";
import type { FlashCells } from "./cells.ts";
import type { EraseCut, ProgramCut } from "./cut_effects.ts";
import type { FlashGeometry } from "./nor_flash.ts";
import type { FlashRandom } from "./random.ts";
import type { SectorAges } from "./sector_ages.ts";
import type { StatusCut } from "./status_register.ts";

/** A fault that makes no sense for the part. */
export class FlashFaultError extends Error {
  /** The field of the fault. */
  readonly field: string;
  /** What was given. */
  readonly given: number | string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says which field, what it holds and what it may hold.
   *
   * @param field The field of the fault.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(field: string, given: number | string, accepted: string) {
    super(`Flash fault: ${field} is ${given}, expected ${accepted}`);
    this.name = "FlashFaultError";
    this.field = field;
    this.given = given;
    this.accepted = accepted;
  }
}

/** The bytes that an operation concerns: those of a program, those of one sector for an erase, none of the status. */
export interface StruckBytes {
  readonly address: number;
  readonly lengthBytes: number;
}

/** The inside of a part, as far as faults reach. */
export interface FaultyPart {
  readonly geometry: FlashGeometry;
  readonly cells: FlashCells;
  /** Decides on bits. */
  readonly random: FlashRandom;
  /** The bytes of a program that are about to be driven, from its beginning. */
  readonly pageBuffer: Uint8Array;
  /** How often each sector was erased, the erase in progress counted. */
  readonly sectorErases: Uint32Array;
  /** How many erases of a sector the data sheet promises. */
  readonly enduranceCycles: number;
  /** What reads, time and erases do to sectors. */
  readonly ages: SectorAges;
  /**
   * The supply is too low for a while.
   *
   * @param after When that begins, in nanoseconds from now.
   * @param length How long it lasts, in nanoseconds.
   */
  brownOut(after: number, length: number): void;
}

/** The fields with which a fault says what it strikes. */
interface PlaceFields {
  /** Bits of one byte. */
  readonly byte: { readonly address: number; readonly mask: number };
  readonly range: StruckBytes;
  readonly sector: { readonly sector: number };
  /** Whatever of the part an operation concerns. */
  readonly part: object;
}

/** What of the part a fault strikes. */
type FaultPlace = keyof PlaceFields;

/** How an operation fails: told in the status register or not. */
type Failure = "reported" | "silent";

/** What a fault can hang on: the operation that comes, and what the injection answers; `undefined` lets it pass. */
interface Anchors {
  /** Nothing: it happens at once. The type refuses a generator, which would only be made and do nothing. */
  readonly now: { readonly operation: undefined; readonly effect: void | undefined };
  /** A page program whose time has passed; its bytes are driven from the page buffer afterwards. */
  readonly program: { readonly operation: StruckBytes; readonly effect: Failure | undefined };
  /** An erase of a sector whose time has passed; if it fails, the injection leaves the cells as they are then. */
  readonly erase: { readonly operation: StruckBytes; readonly effect: Failure | undefined };
  /** A loss of power in a program; of undecided bits it may say how many. */
  readonly "program cut": {
    readonly operation: StruckBytes;
    readonly effect: { readonly cut: ProgramCut; readonly weakBits?: number };
  };
  /** A loss of power in an erase; of undecided bits it may say how many. */
  readonly "erase cut": {
    readonly operation: StruckBytes;
    readonly effect: { readonly cut: EraseCut; readonly weakBits?: number };
  };
  /** A loss of power in a write of the status register. */
  readonly "status cut": { readonly operation: StruckBytes; readonly effect: StatusCut };
}

/** What a fault hangs on. */
export type FaultAnchor = keyof Anchors;

/** What the injection of a fault with an anchor answers. */
export type FaultEffect<A extends FaultAnchor> = Anchors[A]["effect"];

/** The entry of a kind of fault. Functions, not methods: what they take is compared with what the shape reads. */
interface FaultEntry<F, A extends FaultAnchor> {
  /** What happens. */
  readonly doc: string;
  /** What it hangs on. */
  readonly anchor: A;
  /** Its fields. In a file, a kind with a single field is written as the value of that field. */
  readonly shape: MappingShape<F>;
  /** How many operations it strikes; without this every one that concerns its place. */
  readonly times?: (fault: NoInfer<F>) => number;
  /**
   * Looks at the fields besides those of the place.
   *
   * @throws {FlashFaultError} One makes no sense for the part.
   */
  readonly check: (fault: NoInfer<F>, geometry: FlashGeometry) => void | undefined;
  /** Why it would change no cell now, in words; it always changes some by default. */
  readonly vain?: (fault: NoInfer<F>, cells: FlashCells) => string | undefined;
  /** Does it. */
  readonly inject: (fault: NoInfer<F>, part: FaultyPart, operation: Anchors[A]["operation"]) => FaultEffect<A>;
}

/** A fault that says how many operations it strikes has an entry that asks it. */
type Counting<F> = F extends { readonly times: number } ? { readonly times: (fault: F) => number } : unknown;

/** A kind of fault, made by {@linkcode faultKind}; its check looks at all fields. */
export interface FaultKind<F = unknown, A extends FaultAnchor = FaultAnchor>
  extends Pick<FaultEntry<F, A>, "doc" | "anchor" | "shape"> {
  /** How many operations a fault strikes. */
  times?(fault: F): number;
  /** @throws {FlashFaultError} A fault makes no sense for the part. */
  check(fault: F, geometry: FlashGeometry): void | undefined;
  /** Why it would change no cell now, in words. */
  vain?(fault: F, cells: FlashCells): string | undefined;
  /** Does it. */
  inject(fault: F, part: FaultyPart, operation: Anchors[A]["operation"]): FaultEffect<A>;
  /** Whether it strikes whatever an operation concerns. */
  readonly strikesAll: boolean;
  /** Whether an operation concerns its place. */
  strikes(fault: F, operation: StruckBytes, geometry: FlashGeometry): boolean;
}

/** A kind whose faults have exactly these fields: with one more or less, be it an optional one, it is of another type. */
export type ExactFaultKind<F, A extends FaultAnchor = FaultAnchor> = FaultKind<F, A> & {
  /** Is never there. */
  readonly fields?: (names: Record<keyof F, true>, fault: F) => Record<keyof F, true>;
};

/**
 * Makes a kind of fault. All of the entry must be said, or it does not compile.
 *
 * @param entry Its shape must have the fields of its place.
 */
export function faultKind<P extends FaultPlace, A extends FaultAnchor, F extends PlaceFields[P]>(
  entry: FaultEntry<F, A> & Counting<NoInfer<F>> & {
    /** What it strikes. */
    readonly place: P;
  },
): ExactFaultKind<F, A> {
  const place: PlaceRules<PlaceFields[P]> = PLACES[entry.place];
  return {
    ...entry,
    strikesAll: entry.place === "part",
    strikes: place.holds,
    check(fault, geometry) {
      place.check(fault, geometry);
      entry.check(fault, geometry);
    },
  };
}

/** Refuses a value that is no whole number between two bounds, both included. */
export function requireWhole(field: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new FlashFaultError(field, value, `${least} to ${most}`);
  }
}

/** Refuses a value that is not on a list. */
export function requireOneOf(field: string, value: unknown, accepted: readonly unknown[]): void {
  if (!accepted.includes(value)) throw new FlashFaultError(field, String(value), alternatives(accepted));
}

interface PlaceRules<F> {
  /** @throws {FlashFaultError} The part has no such place. */
  check(place: F, geometry: FlashGeometry): void | undefined;
  /** Whether an operation concerns the place. */
  holds(place: F, operation: StruckBytes, geometry: FlashGeometry): boolean;
}

/** What the places of faults mean. */
const PLACES: { readonly [P in FaultPlace]: PlaceRules<PlaceFields[P]> } = {
  byte: {
    check({ address, mask }, { sectorBytes, sectorCount }) {
      requireWhole("address", address, 0, sectorBytes * sectorCount - 1);
      requireWhole("mask", mask, 1, 255);
    },
    holds: ({ address }, operation) => overlap({ address, lengthBytes: 1 }, operation),
  },
  range: {
    check({ address, lengthBytes }, { sectorBytes, sectorCount }) {
      requireWhole("address", address, 0, sectorBytes * sectorCount - 1);
      requireWhole("lengthBytes", lengthBytes, 1, sectorBytes * sectorCount - address);
    },
    holds: overlap,
  },
  sector: {
    check: ({ sector }, { sectorCount }) => requireWhole("sector", sector, 0, sectorCount - 1),
    holds: ({ sector }, operation, { sectorBytes }) =>
      overlap({ address: sector * sectorBytes, lengthBytes: sectorBytes }, operation),
  },
  part: { check: () => {}, holds: () => true },
};

function overlap(one: StruckBytes, other: StruckBytes): boolean {
  return one.address < other.address + other.lengthBytes && other.address < one.address + one.lengthBytes;
}
