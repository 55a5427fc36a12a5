/**
 * The status register that is kept without power, and the blocks that its bits
 * protect (Winbond W25Q sheets, "Status Register Memory Protection").
 *
 * No sheet promises that a write of it is whole or not at all when power goes:
 * parts were found with any of its bits set or cleared (S25FL512S,
 * analogdevicesinc/linux 2519; XMC parts, esp-idf 7994).
 *
 * @module
 */

import type { CellRange } from "./cells.ts";
import type { FlashRandom } from "./random.ts";

/** What a loss of power leaves of a status register that was being written. */
export type StatusCut = "old" | "new" | "zeros" | "ones" | "mixed";

/** All that a loss of power can leave of it. */
export const STATUS_CUTS: readonly StatusCut[] = ["old", "new", "zeros", "ones", "mixed"];

/** BP0 to BP2, TB, SEC, SRP: what is kept. Bits 0 and 1 tell what goes on. */
export const KEPT_STATUS_BITS = 0xfc;

const TOP_BOTTOM_BIT = 0x20;
const SECTOR_BIT = 0x40;
const SECTOR_STEP_BYTES = 4096;
const ALL_BLOCKS = 7;

/**
 * Which bytes a status register protects from programs and erases.
 *
 * @param status The register: BP (bits 2 to 4) says how much, from a 64th to a half, or with SEC (6) from 4 KiB to
 * 32 KiB, or all; TB (5) whether from the bottom.
 * @param lengthBytes Length of the part.
 * @returns `undefined` if nothing is protected.
 */
export function protectedRange(status: number, lengthBytes: number): CellRange | undefined {
  const blocks = (status >>> 2) & 7;
  if (blocks === 0) return undefined;
  const inSteps = SECTOR_STEP_BYTES << Math.min(blocks - 1, 3);
  const inShares = lengthBytes >>> (ALL_BLOCKS - blocks);
  const wanted = blocks !== ALL_BLOCKS && (status & SECTOR_BIT) !== 0 ? inSteps : inShares;
  const length = Math.min(wanted, lengthBytes);
  return { address: (status & TOP_BOTTOM_BIT) === 0 ? lengthBytes - length : 0, lengthBytes: length };
}

/** What is left of a status register when power goes while it is written. */
export function cutStatus(before: number, written: number, cut: StatusCut, random: FlashRandom): number {
  switch (cut) {
    case "old":
      return before;
    case "new":
      return written;
    case "zeros":
      return 0;
    case "ones":
      return KEPT_STATUS_BITS;
    case "mixed":
      return random.next() & KEPT_STATUS_BITS;
    default:
      return cut satisfies never;
  }
}
