/**
 * Faults that pass, drawn by a trial.
 *
 * @module
 */

import { decodeHeader } from "../../../../firmware/nvram/sector_header.ts";
import { isBlank } from "../../../../firmware/nvram/words.ts";
import type { FlashPart } from "../../../parts/flash/flash_part.ts";
import type { FlashRandom } from "../../../parts/flash/random.ts";
import type { AilingFlash } from "./ailing_flash.ts";
import type { FlashArea, MarginalBit, Misreading, PassingFlash } from "./passing_flash.ts";

/** Kinds of faults that pass. */
export type PassingKind =
  /** A header, or what stands behind one, takes the next few programs not. */
  | "refusing area"
  /** A sector that is not the newest cannot be read. */
  | "unread sector"
  /** Two bits of a record or two read otherwise until they are erased, or for a boot. */
  | "marginal bits"
  /** Reads go wrong for a while before the first write of a mount. */
  | "glitch"
  /** Two bits of a record turn over for good. */
  | "two flips"
  /** The supply comes and goes while the store mounts. */
  | "unsettled mount";

/** What a fault strikes. */
export interface Struck {
  /** The part. */
  readonly part: FlashPart;
  /** Its operations. */
  readonly ailing: AilingFlash;
  /** What passes. */
  readonly passing: PassingFlash;
  /** Power has gone before: which sector is the newest is not certain. */
  readonly wasCut: boolean;
  /** Whether the part has fail bits. */
  readonly reported: boolean;
}

type Draw = (struck: Struck, random: FlashRandom) => void;

/** Longest header, in bytes. */
const HEADER_BYTES = 32;
/** Two wrong bits lie so close that one record has both. */
const RECORD_REACH_BYTES = 10;

const DRAWS = {
  "refusing area": ({ part, passing, reported }, random) => {
    const area = drawArea(part, random);
    const times = random.below(4) === 0 ? 30 : 3 + random.below(6);
    passing.refusals = { ...area, times, isPartly: random.below(4) === 0, reported };
  },
  "unread sector": ({ part, passing, wasCut }, random) => {
    const { sectorBytes } = part.geometry;
    // A newest sector that is lost cannot be missed (FORMAT.md, Limits).
    const others = sectorsByAge(part).slice(wasCut ? 2 : 1);
    const sector = others[random.below(Math.max(1, others.length))];
    if (sector === undefined) return;
    const spared = random.below(2) === 0 ? HEADER_BYTES : 0;
    const as = (["erased", "zeros", "noise", "noise"] as const)[random.below(4)] as Misreading;
    const [start, end] = [sector * sectorBytes + spared, (sector + 1) * sectorBytes];
    passing.misreading = { start, end, as, endsWithErase: random.below(3) > 0 };
  },
  "marginal bits": ({ part, passing }, random) => {
    passing.marginalBits = drawPairs(part, random, sectorsByAge(part)).flat();
  },
  "glitch": ({ part, passing }, random) => {
    const length = part.cells.bytes.length;
    const after = random.below(length);
    const as = (["erased", "noise", "near", "near"] as const)[random.below(4)];
    if (as !== undefined) passing.glitch = { after, bytes: 1 + random.below(length >>> 1), as };
  },
  "two flips": ({ part }, random) => {
    for (const pair of drawPairs(part, random, sectorsByAge(part))) {
      for (const { address, mask } of pair) part.cells.flip(address, mask);
    }
  },
  "unsettled mount": ({ ailing, reported }, random) => {
    if (random.below(2) === 0) {
      const runs = Array.from({ length: 2 * (1 + random.below(10)) }, () => 1 + random.below(4));
      ailing.sags = { runs: [random.below(3), ...runs], reported };
      return;
    }
    ailing.programFailure = { after: random.below(3), times: 1 + random.below(8), failure: "partly", reported };
    const times = random.below(2) === 0 ? Infinity : random.below(4);
    ailing.eraseFailure = { times, failure: "half", reported };
  },
} satisfies Record<PassingKind, Draw>;

/** Those of which few trials meet what they are for come twice. */
const KINDS: readonly PassingKind[] = [...Object.keys(DRAWS) as PassingKind[], "refusing area", "unsettled mount"];

/** Draws a kind. */
export function drawPassingKind(random: FlashRandom): PassingKind {
  return KINDS[random.below(KINDS.length)] as PassingKind;
}

/** Has a fault strike. */
export function strike(kind: PassingKind, struck: Struck, random: FlashRandom): void {
  DRAWS[kind](struck, random);
}

/** Sectors that look like some of the log, the newest first; others are left out. */
function sectorsByAge(part: FlashPart): readonly number[] {
  const { sectorBytes, sectorCount } = part.geometry;
  const found: { readonly sector: number; readonly sequence: number }[] = [];
  for (let sector = 0; sector < sectorCount; sector++) {
    const start = sector * sectorBytes;
    const header = decodeHeader(part.cells.bytes.slice(start, start + HEADER_BYTES));
    if (header !== undefined) found.push({ sector, sequence: header.sequence });
  }
  return found.sort((left, right) => right.sequence - left.sequence).map(({ sector }) => sector);
}

/** A header, what stands behind one, or all of a sector: mostly of the newest, or of one that is opened next. */
function drawArea(part: FlashPart, random: FlashRandom): FlashArea {
  const { sectorBytes, sectorCount } = part.geometry;
  const [newest = 0] = sectorsByAge(part);
  const ahead = [0, 0, 0, 1, 2, random.below(sectorCount)][random.below(6)] as number;
  const sector = (newest + ahead) % sectorCount;
  const start = sector * sectorBytes;
  switch (random.below(4)) {
    case 0:
      return { start: start + HEADER_BYTES, end: start + sectorBytes };
    case 1:
      return { start, end: start + sectorBytes };
    default:
      return { start, end: start + HEADER_BYTES };
  }
}

/** Two bits of what was written to a sector behind its header, once or a few times. */
function drawPairs(
  part: FlashPart,
  random: FlashRandom,
  sectors: readonly number[],
): readonly (readonly MarginalBit[])[] {
  const { sectorBytes } = part.geometry;
  const { bytes } = part.cells;
  const sector = sectors[random.below(Math.max(1, sectors.length))];
  if (sector === undefined) return [];
  const start = sector * sectorBytes + HEADER_BYTES;
  let end = (sector + 1) * sectorBytes;
  while (end > start && isBlank(bytes.subarray(end - 1, end))) end--;
  if (end <= start) return [];
  // Of the newest sector one record only: more at its end look like nothing that was ever acknowledged.
  const count = sector === sectors[0] ? 1 : 1 + random.below(3);
  return Array.from({ length: count }, () => {
    const first = start + random.below(end - start);
    const second = Math.min(end - 1, first + random.below(RECORD_REACH_BYTES));
    const bit = random.below(8);
    return [
      { address: first, mask: 1 << bit },
      { address: second, mask: 1 << ((bit + 1 + random.below(7)) % 8) },
    ];
  });
}
