/**
 * Where a sequence of programs and erases can be cut, counted through: a point
 * for each byte of each program, some for the phases of each erase, and one
 * behind the last of them, when all is done but nobody was told.
 *
 * @module
 */

import {
  cutErase,
  cutProgram,
  driveProgram,
  type EraseCut,
  PROGRAM_CUTS,
  type ProgramCut,
} from "../../../parts/flash/cut_effects.ts";
import type { FlashPart } from "../../../parts/flash/flash_part.ts";
import type { FlashRandom } from "../../../parts/flash/random.ts";
import type { FlashAction } from "./recording_flash.ts";

/** How many ways there are to cut at one point. */
export const VARIANTS: number = PROGRAM_CUTS.length;

/** A letter for each way, as trial names have them. */
export const VARIANT_LETTERS = "ctawd";

const ZEROED_POINTS = 8;

/** Points of one erase: not begun, zeroed from the end in eight steps, half erased, weak. */
export const ERASE_POINTS: number = ZEROED_POINTS + 3;

/** How many points a sequence has. */
export function countCutPoints(actions: readonly FlashAction[]): number {
  let points = 1;
  for (const action of actions) points += pointsOf(action);
  return points;
}

/** What a cut leaves besides the cells. */
export interface CutResult {
  /** Sectors whose erase had begun or was done, in order. */
  readonly erasedSectors: readonly number[];
}

/**
 * Does a sequence up to a point, and leaves the rest as a loss of power would.
 *
 * @param part Holds what was there before the sequence.
 * @param actions The sequence.
 * @param point 0 to `countCutPoints(actions) - 1`.
 * @param variant Index into {@linkcode PROGRAM_CUTS}; for an erase only other random bits.
 * @param random Decides on the bits.
 */
export function cutAt(
  part: FlashPart,
  actions: readonly FlashAction[],
  point: number,
  variant: number,
  random: FlashRandom,
): CutResult {
  const erasedSectors: number[] = [];
  let left = point;
  for (const action of actions) {
    const points = pointsOf(action);
    if (left >= points) {
      perform(part, action, erasedSectors);
      left -= points;
      continue;
    }
    if (action.kind === "program") {
      const cut = PROGRAM_CUTS[variant] as ProgramCut;
      cutProgram(part.cells, part.geometry, action, left, cut, random);
    } else {
      const cut = eraseCut(left, action.lengthBytes, random);
      cutErase(part.cells, action.address, action.lengthBytes, cut, random);
      if (cut.phase !== "not begun") erasedSectors.push(action.address / part.geometry.sectorBytes);
    }
    return { erasedSectors };
  }
  return { erasedSectors };
}

/** The action that a point is in, and how far; `undefined` behind the last. */
export function actionAt(
  actions: readonly FlashAction[],
  point: number,
): { readonly index: number; readonly point: number } | undefined {
  let left = point;
  for (const [index, action] of actions.entries()) {
    const points = pointsOf(action);
    if (left < points) return { index, point: left };
    left -= points;
  }
  return undefined;
}

function pointsOf(action: FlashAction): number {
  return action.kind === "program" ? action.bytes.length : ERASE_POINTS;
}

function perform(part: FlashPart, action: FlashAction, erasedSectors: number[]): void {
  const { cells, geometry } = part;
  if (action.kind === "erase") {
    cells.fill(action.address, action.lengthBytes, 0xff);
    erasedSectors.push(action.address / geometry.sectorBytes);
    return;
  }
  driveProgram(cells, geometry.pageBytes, action, action.bytes.length);
}

/**
 * How an erase is left at one of its points.
 *
 * @param point 0 to `ERASE_POINTS - 1`.
 * @param lengthBytes Length of what is erased.
 * @param random Decides where between two points.
 */
export function eraseCut(point: number, lengthBytes: number, random: FlashRandom): EraseCut {
  if (point === 0) return { phase: "not begun" };
  if (point <= ZEROED_POINTS) {
    const step = lengthBytes / ZEROED_POINTS;
    return { phase: "zeroed from the end", zeroBytes: Math.ceil(point * step) - random.below(Math.floor(step)) };
  }
  return { phase: point === ZEROED_POINTS + 1 ? "half erased" : "weak" };
}
