/**
 * Faults of the kinds that real parts have, drawn by a trial.
 *
 * @module
 */

import { decodeHeader } from "../../../../firmware/nvram/sector_header.ts";
import { isBlank } from "../../../../firmware/nvram/words.ts";
import type { FlashPart } from "../../../parts/flash/flash_part.ts";
import type { FlashRandom } from "../../../parts/flash/random.ts";
import type { AilingFlash, EraseFailure, ProgramFailure } from "./ailing_flash.ts";

/** Kinds of faults. */
export type FaultKind =
  /** A cell where a header goes is stuck, at 0 or at 1. */
  | "dead header cell"
  /** A blank cell anywhere is stuck, at 0 or at 1. */
  | "dead cell"
  /** A program leaves bits undriven, once or a few times. */
  | "program failure"
  /** A program leaves one bit half way. */
  | "weak pulse"
  /** A sector takes no erase, a few times or for good. */
  | "erase failure"
  /** The part takes no program for a while. */
  | "outage"
  /** For a while each program leaves one bit undriven, as a record or header that can still be put right shows it. */
  | "one bit short"
  /** A bit of what was written turns over. */
  | "flip"
  /** In the end two bits of the newest header turn over. */
  | "lost header"
  /** A cell of each header is dead, and in the end a bit of the newest one turns over. */
  | "dead cells and a flip"
  /** Two neighbours that were never used take no program. */
  | "bad neighbours";

type Draw = (part: FlashPart, flash: AilingFlash, random: FlashRandom) => void;

/** Longest header, in bytes. */
const HEADER_REACH_BYTES = 32;

/** Bits of a header, without what fills it up to whole words. */
const HEADER_BITS = 8 * 28;

const DRAWS = {
  "dead header cell": (part, _flash, random) => {
    const { sectorBytes, sectorCount } = part.geometry;
    const address = random.below(sectorCount) * sectorBytes + random.below(HEADER_REACH_BYTES);
    // A cell that is programmed already shows no fault as long as it keeps its level.
    stick(part, address, random);
  },
  "dead cell": (part, _flash, random) => stick(part, random.below(part.cells.bytes.length), random),
  "program failure": (_part, flash, random) => {
    const failure: ProgramFailure = random.below(3) === 0 ? "not at all" : "partly";
    const [after, times] = [random.below(20), 1 + random.below(2)];
    flash.programFailure = { after, times, failure, reported: random.below(2) === 0 };
  },
  "weak pulse": (_part, flash, random) => {
    flash.programFailure = { after: random.below(20), times: 1, failure: "weak", reported: false };
  },
  "erase failure": (part, flash, random) => {
    const failure: EraseFailure = random.below(3) === 0 ? "not at all" : "half";
    const sector = random.below(part.geometry.sectorCount);
    const times = random.below(3) === 0 ? 1 + random.below(3) : Infinity;
    flash.eraseFailure = { sector, times, failure, reported: failure === "not at all" || random.below(2) === 0 };
  },
  "outage": (_part, flash, random) => {
    const times = 3 + random.below(40);
    flash.programFailure = { after: random.below(12), times, failure: "partly", reported: random.below(2) === 0 };
  },
  "one bit short": (_part, flash, random) => {
    const times = 3 + random.below(60);
    flash.programFailure = {
      after: random.below(12),
      times,
      failure: "one bit short",
      reported: random.below(3) === 0,
    };
  },
  "lost header": () => {},
  "dead cells and a flip": (part, _flash, random) => {
    const { sectorBytes, sectorCount } = part.geometry;
    const offset = random.below(HEADER_REACH_BYTES);
    for (let sector = 0; sector < sectorCount; sector++) stick(part, sector * sectorBytes + offset, random);
  },
  "bad neighbours": (part, flash) => {
    flash.badSectors = unusedNeighbours(part);
  },
  "flip": (part, _flash, random) => part.cells.flip(random.below(part.cells.bytes.length), 1 << random.below(8)),
} satisfies Record<FaultKind, Draw>;

const KINDS = Object.keys(DRAWS) as FaultKind[];

/** Whether the part is not itself for a while, so that it cannot be asked to settle what a cut has left meanwhile. */
export function isStretch(kind: FaultKind): boolean {
  return kind === "outage" || kind === "one bit short";
}

/** Draws a fault, and has it strike. */
export function drawFault(part: FlashPart, flash: AilingFlash, random: FlashRandom): FaultKind {
  const kind = KINDS[random.below(KINDS.length)] as FaultKind;
  DRAWS[kind](part, flash, random);
  return kind;
}

/**
 * Two sectors of which neither was used, if a third is left that was not: in a log of full length nothing but the two is
 * free that could be gone on with.
 */
function unusedNeighbours(part: FlashPart): readonly number[] {
  const { sectorBytes, sectorCount } = part.geometry;
  const isUnused = (sector: number) => {
    const start = sector * sectorBytes;
    return isBlank(part.cells.bytes.subarray(start, start + sectorBytes));
  };
  const unused = Array.from({ length: sectorCount }, (_, sector) => sector).filter(isUnused);
  return unused.length < 3 ? [] : unused.slice(0, 2);
}

/**
 * How many bits of the newest header turn over in the end: with what dead cells make wrong, two. None if no record of
 * that sector need verify: then all of it is lost, which cannot be noticed (FORMAT.md, Limits).
 */
export function headerFlips(kinds: readonly FaultKind[]): number {
  if (kinds.includes("one bit short")) return 0;
  if (kinds.includes("dead cells and a flip")) return 1;
  if (!kinds.includes("lost header")) return 0;
  return kinds.includes("dead header cell") ? 1 : 2;
}

/** Turns over some bits of the newest header. */
export function flipInNewestHeader(part: FlashPart, flips: number, random: FlashRandom): void {
  const { sectorBytes, sectorCount } = part.geometry;
  let [newest, start] = [0, 0];
  for (let sector = 0; sector < sectorCount; sector++) {
    const header = decodeHeader(
      part.cells.bytes.slice(sector * sectorBytes, sector * sectorBytes + HEADER_REACH_BYTES),
    );
    if (header !== undefined && header.sequence > newest) [newest, start] = [header.sequence, sector * sectorBytes];
  }
  const first = random.below(HEADER_BITS);
  for (let flip = 0; flip < flips; flip++) {
    const bit = (first + flip * (1 + random.below(HEADER_BITS - 1))) % HEADER_BITS;
    part.cells.flip(start + (bit >>> 3), 1 << (bit & 7));
  }
}

/** Sticks a bit of a cell at the level that it has, so that what was written is not damaged by it. */
function stick(part: FlashPart, address: number, random: FlashRandom): void {
  const bit = random.below(8);
  const level = ((part.cells.bytes[address] as number) >>> bit) & 1;
  part.cells.stick(address, 1 << bit, level === 0 ? 0 : 1);
}
