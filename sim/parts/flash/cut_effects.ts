/**
 * What loss of power leaves of a program or an erase.
 *
 * Sources: cells driven in part read either way, each time anew (linux-mtd
 * 2011-10; Zephyr pull request 103452); an erase first programs the sector to
 * zero from its end (Spansion S29GL512N, linux-mtd 2009-07); a cut program can
 * disturb the rest of its sector (Microchip SST26 notes); bytes of one page
 * program come in no promised order.
 *
 * @module
 */

import type { CellMask, FlashCells } from "./cells.ts";
import type { FlashGeometry } from "./nor_flash.ts";
import type { FlashRandom } from "./random.ts";

/** How a program can be left. */
export type ProgramCut =
  /** Whole bytes up to the cut, none after it. */
  | "clean"
  /** The byte in progress has some of its bits. */
  | "torn byte"
  /** Any bytes of the page program are there, any missing, some torn. */
  | "any order"
  /** A few of the bits driven last are undecided. */
  | "weak bits"
  /** Clean, but bits in erased areas of the sector were cleared. Bytes of data that happen to be FF are spared. */
  | "disturb";

/** All ways to leave a program. */
export const PROGRAM_CUTS: readonly ProgramCut[] = ["clean", "torn byte", "any order", "weak bits", "disturb"];

/** How an erase can be left, in the order of its phases. */
export type EraseCut =
  /** Nothing has happened yet. */
  | { readonly phase: "not begun" }
  /** The last `zeroBytes` of the sector are programmed to zero, and some bits of the byte before them. */
  | { readonly phase: "zeroed from the end"; readonly zeroBytes: number }
  /** All is zero, and bits have begun to turn; some are undecided. */
  | { readonly phase: "half erased" }
  /** All reads FF, but some bits are undecided. */
  | { readonly phase: "weak" }
  /** All is done, but nobody was told. */
  | { readonly phase: "done" };

/** Shares of an erase's time at which a phase ends: nothing yet, programming to zero, erasing, making sure. Assumed. */
const ERASE_BEGUN = 0.05;
const ERASE_ZEROED = 0.35;
const ERASE_TURNED = 0.8;

const WEAK_BITS_LIMIT = 4;
const WEAK_REACH_BYTES = 16;
const WEAK_ERASE_BITS = 24;
const DISTURBED_BITS_LIMIT = 8;
const ERASED_AREA_BYTES = 16;

/** A page program as it was begun. */
export interface BegunProgram {
  /** Where its first byte goes. */
  readonly address: number;
  /** Its bytes. */
  readonly bytes: Uint8Array;
}

/**
 * Drives the first bytes of a page program, which wraps within its page.
 *
 * @param cells The cells.
 * @param pageBytes The part's page size.
 * @param program The program.
 * @param lengthBytes How many bytes of it.
 * @returns How many bits were to turn from 0 to 1.
 */
export function driveProgram(
  cells: FlashCells,
  pageBytes: number,
  { address, bytes }: BegunProgram,
  lengthBytes: number,
): number {
  const page = address - (address % pageBytes);
  const room = Math.min(lengthBytes, page + pageBytes - address);
  return cells.driveRange(address, bytes, 0, room) + cells.driveRange(page, bytes, room, lengthBytes);
}

function programAddress(address: number, index: number, pageBytes: number): number {
  const page = address - (address % pageBytes);
  return page + ((address - page + index) % pageBytes);
}

/**
 * Leaves a page program cut off.
 *
 * @param cells The cells, as they were before the program.
 * @param geometry How they are divided.
 * @param program The program.
 * @param doneBytes How many bytes of it had been driven; all of them means that only the caller has not heard of it.
 * @param cut In which way.
 * @param random Decides on the bits.
 * @param weakBits How many bits "weak bits" leaves undecided, anywhere in the program; a few where it has come to by
 * default.
 */
export function cutProgram(
  cells: FlashCells,
  geometry: FlashGeometry,
  program: BegunProgram,
  doneBytes: number,
  cut: ProgramCut,
  random: FlashRandom,
  weakBits?: number,
): void {
  const { bytes } = program;
  const at = (index: number) => programAddress(program.address, index, geometry.pageBytes);
  const driveUpTo = (limit: number) => driveProgram(cells, geometry.pageBytes, program, limit);
  const driveSome = (index: number) => cells.drive(at(index), (bytes[index] as number) | (random.next() & 0xff));
  switch (cut) {
    case "clean":
      driveUpTo(doneBytes);
      return;
    case "torn byte":
      driveUpTo(doneBytes);
      if (doneBytes < bytes.length) driveSome(doneBytes);
      return;
    case "any order":
      for (let index = 0; index < bytes.length; index++) {
        if (random.below(bytes.length) < doneBytes) cells.drive(at(index), bytes[index] as number);
        else if (random.below(4) === 0) driveSome(index);
      }
      return;
    case "weak bits": {
      // The pulses reach the whole page at once: at the cut all bytes may look driven, those up to it, or none.
      const driven = [bytes.length, doneBytes, 0][random.below(3)] as number;
      const weak: CellMask[] = [];
      if (weakBits !== undefined) {
        weak.push(...drawOpenBits(cells, program, at, weakBits, random));
      } else if (doneBytes < bytes.length) {
        const first = Math.max(0, doneBytes - WEAK_REACH_BYTES);
        for (let count = 1 + random.below(WEAK_BITS_LIMIT); count > 0; count--) {
          const index = first + random.below(doneBytes + 1 - first);
          const address = at(index);
          // A bit that was firmly 0 before has lost nothing.
          const open = cells.at(address) | cells.weakMask(address);
          weak.push({ address, mask: open & ~(bytes[index] as number) & (1 << random.below(8)) });
        }
      }
      driveUpTo(driven);
      for (const { address, mask } of weak) cells.weaken(address, mask);
      return;
    }
    case "disturb":
      driveUpTo(doneBytes);
      disturbSector(cells, geometry, program.address, random);
      return;
    default:
      return cut satisfies never;
  }
}

/**
 * Leaves an erase cut off.
 *
 * @param cells The cells, as they were before the erase.
 * @param address Where the erased range begins.
 * @param lengthBytes Its length.
 * @param cut In which phase.
 * @param random Decides on the bits.
 * @param weakBits How many bits at most are left undecided, anywhere in the range, in the phases that leave some.
 */
export function cutErase(
  cells: FlashCells,
  address: number,
  lengthBytes: number,
  cut: EraseCut,
  random: FlashRandom,
  weakBits: number = WEAK_ERASE_BITS,
): void {
  switch (cut.phase) {
    case "not begun":
      return;
    case "zeroed from the end": {
      const zeros = address + lengthBytes - cut.zeroBytes;
      cells.fill(zeros, cut.zeroBytes, 0);
      if (zeros > address) cells.disturb(zeros - 1, random.below(256));
      return;
    }
    case "half erased": {
      cells.fill(address, lengthBytes, 0);
      for (let offset = 0; offset < lengthBytes; offset += 4) {
        // Some cells erase faster than others: from a quarter to three quarters of the bits have turned.
        let word = random.next();
        const more = random.below(4);
        if (more === 0) word &= random.next();
        else if (more === 1) word |= random.next();
        for (let byte = 0; byte < 4 && offset + byte < lengthBytes; byte++) {
          cells.set(address + offset + byte, (word >>> (8 * byte)) & 0xff);
        }
      }
      return weakenSome(cells, address, lengthBytes, weakBits, random);
    }
    case "weak":
      cells.fill(address, lengthBytes, 0xff);
      return weakenSome(cells, address, lengthBytes, weakBits, random);
    case "done":
      cells.fill(address, lengthBytes, 0xff);
      return;
    default:
      return cut satisfies never;
  }
}

/**
 * The phase of an erase at a time.
 *
 * @param share How much of the erase's time has passed, from 0 to 1.
 * @param lengthBytes How many bytes are erased.
 */
export function eraseCutAt(share: number, lengthBytes: number): EraseCut {
  if (share < ERASE_BEGUN) return { phase: "not begun" };
  if (share < ERASE_ZEROED) {
    const zeroed = (share - ERASE_BEGUN) / (ERASE_ZEROED - ERASE_BEGUN);
    return { phase: "zeroed from the end", zeroBytes: Math.floor(zeroed * lengthBytes) };
  }
  if (share < ERASE_TURNED) return { phase: "half erased" };
  return share < 1 ? { phase: "weak" } : { phase: "done" };
}

/**
 * Turns over bits that have a value, as time (lost charge) and reads of neighbours (gained charge) do.
 *
 * @param cells The cells.
 * @param address Where the range begins.
 * @param lengthBytes Its length.
 * @param bits How many; fewer if the range has fewer bits of this value.
 * @param value Which bits: 0 for those that lose their charge, 1 for those that gain some.
 * @param random Decides on the bits.
 */
export function flipSome(
  cells: FlashCells,
  address: number,
  lengthBytes: number,
  bits: number,
  value: 0 | 1,
  random: FlashRandom,
): void {
  const candidates: number[] = [];
  for (let bit = 8 * address; bit < 8 * (address + lengthBytes); bit++) {
    if (((cells.at(bit >>> 3) >>> (bit & 7)) & 1) === value) candidates.push(bit);
  }
  for (let left = Math.min(bits, candidates.length); left > 0; left--) {
    const index = random.below(candidates.length);
    const bit = candidates[index] as number;
    candidates[index] = candidates[candidates.length - 1] as number;
    candidates.pop();
    cells.flip(bit >>> 3, 1 << (bit & 7));
  }
}

/** Clears bits of erased areas of the sector that holds an address. */
function disturbSector(cells: FlashCells, { sectorBytes }: FlashGeometry, address: number, random: FlashRandom): void {
  const sector = address - (address % sectorBytes);
  for (let count = 1 + random.below(DISTURBED_BITS_LIMIT); count > 0; count--) {
    const each = sector + random.below(sectorBytes);
    const mask = 1 << random.below(8);
    if (isErasedArea(cells, each)) cells.disturb(each, mask);
  }
}

/** FF alone does not say that an area is erased: it may have been programmed so. */
function isErasedArea(cells: FlashCells, address: number): boolean {
  const start = address - (address % ERASED_AREA_BYTES);
  for (let each = start; each < start + ERASED_AREA_BYTES; each++) if (cells.at(each) !== 0xff) return false;
  return !cells.isProgrammed(start, ERASED_AREA_BYTES);
}

/** Some of the bits that a program drives from 1 to 0, each once; all of them if there are no more. */
function drawOpenBits(
  cells: FlashCells,
  { bytes }: BegunProgram,
  at: (index: number) => number,
  count: number,
  random: FlashRandom,
): readonly CellMask[] {
  const open: CellMask[] = [];
  bytes.forEach((byte, index) => {
    const address = at(index);
    const driven = (cells.at(address) | cells.weakMask(address)) & ~byte;
    for (let mask = 1; mask <= 0x80; mask <<= 1) if ((driven & mask) !== 0) open.push({ address, mask });
  });
  const drawn: CellMask[] = [];
  while (drawn.length < count && open.length > 0) drawn.push(...open.splice(random.below(open.length), 1));
  return drawn;
}

function weakenSome(
  cells: FlashCells,
  address: number,
  lengthBytes: number,
  bits: number,
  random: FlashRandom,
): void {
  for (let count = 0; count < bits; count++) cells.weaken(address + random.below(lengthBytes), 1 << random.below(8));
}
