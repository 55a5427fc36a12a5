/**
 * What faults between an adapter and its host touch, and when they change
 * nothing: another has struck the same operation before.
 *
 * @module
 */

import type { Cycles } from "../../kernel/task.ts";
import type { DmaEffect, DmaTransfer } from "../../parts/dma_engine.ts";
import { AdapterComponents } from "../../trace/components.ts";
import type { Touched } from "../world/disturbances.ts";
import type { World } from "../world/world.ts";
import { type Anchor, type BusHarm, isOfAdapter } from "./fault.ts";

const LOST_ALREADY = "another fault had lost it";
const AS_LATE = "another fault had it come as late";
const WITHOUT_ADAPTER = "its adapter has gone";

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
  return isAsLate ? AS_LATE : undefined;
}

/**
 * Why an interrupt does not come late after all, in words, when all have said what they do to it.
 *
 * @param fates What they do.
 * @param cycles Counts the cycles of nanoseconds.
 */
export function vainLateness(
  harm: BusHarm,
  fates: readonly (Cycles | "lost")[],
  cycles: (nanoseconds: number) => Cycles,
): string | undefined {
  if (harm.kind !== "lateInterrupt") return undefined;
  if (fates.includes("lost")) return LOST_ALREADY;
  return fates.some((each) => Number(each) > cycles(harm.by)) ? AS_LATE : undefined;
}

/**
 * Watches whether what would have heard of a doorbell or an interrupt goes in this very cycle.
 *
 * @param adapter Whose doorbell or interrupt it is.
 * @returns Tells why the harm has changed nothing after all, in words.
 */
export function watchForLoss(
  { kind }: BusHarm,
  adapter: string,
  { recorder, kernel }: World,
): () => string | undefined {
  const cycle = kernel.now;
  let isVain = false;
  const unwatch = recorder.watch((sequence) => {
    const { cycle: at, component, fields: { state, detail } } = recorder.at(sequence);
    if (at > cycle) return unwatch();
    const isOff = component === adapter && state === "power off";
    const isReset = component === adapter && state === "reset requested";
    // A host that has not asked for the reset hears of it by the late interrupt.
    const isAsked = component === AdapterComponents.miniport(adapter) && state === "initializing" &&
      detail === "requested";
    isVain ||= isOff || (kind === "lateInterrupt" ? isAsked : isReset);
  });
  return () => {
    unwatch();
    return isVain ? WITHOUT_ADAPTER : undefined;
  };
}

/**
 * Why a harm would change nothing of a transfer.
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
