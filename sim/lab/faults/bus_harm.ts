/**
 * What faults between an adapter and its host touch, and when they change
 * nothing: another has struck the same operation before.
 *
 * @module
 */

import type { Cycles } from "../../kernel/task.ts";
import type { DmaEffect, DmaTransfer } from "../../parts/dma_engine.ts";
import type { Touched } from "../world/disturbances.ts";
import { type Anchor, type BusHarm, isOfAdapter } from "./fault.ts";

const LOST_ALREADY = "another fault had lost it";

/** Why a harm would change nothing of a doorbell, in words; `undefined` if it would change something. */
export function vainDoorbell(isLost: boolean): string | undefined {
  return isLost ? LOST_ALREADY : undefined;
}

/**
 * The same of an interrupt.
 *
 * @param earlier What others do to it.
 * @param cycles Counts the cycles of nanoseconds.
 */
export function vainInterrupt(
  harm: BusHarm,
  earlier: readonly (Cycles | "lost")[],
  cycles: (nanoseconds: number) => Cycles,
): string | undefined {
  if (earlier.includes("lost")) return LOST_ALREADY;
  const isAsLate = harm.kind === "lateInterrupt" && earlier.some((each) => Number(each) >= cycles(harm.by));
  return isAsLate ? "another fault had it come as late" : undefined;
}

/**
 * The same of a transfer.
 *
 * @param earlier What another does to it.
 */
export function vainTransfer(
  harm: BusHarm,
  { lengthBytes }: DmaTransfer,
  earlier: DmaEffect | undefined,
): string | undefined {
  if (earlier === "refuse") return "another fault had it refused";
  if (harm.kind !== "corruptDma") return undefined;
  if (harm.bit >= 8 * lengthBytes) return `it had ${lengthBytes} bytes only`;
  return earlier === undefined ? undefined : "another fault had corrupted it";
}

/** What of a world is touched by what is done at an operation of an adapter. */
export function touchedAt(anchor: Anchor): Touched {
  return { where: "elsewhere", adapters: isOfAdapter(anchor) ? [anchor.adapter] : "all" };
}
