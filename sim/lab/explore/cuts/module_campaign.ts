/**
 * Power cuts of a key store that is a module, and in which of its functions power went.
 *
 * @module
 */

import type { ForeignModuleSource } from "../../foreign/foreign_program.ts";
import { ForeignStore, storeProgram } from "../../foreign/foreign_store.ts";
import { stackOfModule, wayTo } from "../../foreign/call_stack.ts";
import { decodeModule } from "../../foreign/wasm_module.ts";
import type { CampaignOptions } from "./cut_campaign.ts";
import { campaignSealer, configurationOf, CutHistory, HistoryFailure, type StoreFactory } from "./cut_history.ts";
import { actionAt } from "./cut_points.ts";
import { type FlashAction, RecordingFlash } from "./recording_flash.ts";
import { RING_RULES } from "./ring_rules.ts";
import type { StoreOperation } from "./store_model.ts";
import type { Trial } from "./trial_name.ts";

/**
 * A campaign of a module: it keeps what every store must keep, and is let off what is a matter of the ring.
 *
 * @throws {ForeignModuleError} It is no key store.
 */
export function campaignOf(source: ForeignModuleSource): Required<Pick<CampaignOptions, "makeStore" | "waives">> {
  const program = storeProgram(source);
  // An adapter's workspace is that of one boot after the other: the store that had it before has lost its power.
  const running = new WeakMap<Uint8Array, ForeignStore>();
  return {
    makeStore: ({ flash, sealer, random, workspace }) => {
      running.get(workspace)?.forget();
      const store = new ForeignStore(program, { flash, sealer, random, *spend() {} });
      running.set(workspace, store);
      return store;
    },
    waives: RING_RULES,
  };
}

/** Whether a module can seal by `hba_seal` at all: of what it makes of values otherwise no trial can say if it is left. */
export function sealsValues({ bytes }: ForeignModuleSource): boolean {
  return decodeModule(bytes).imports.some(({ name }) => name === "seal");
}

/**
 * Where power went in a trial, in words: the functions of the module, the innermost first, what they did to the flash,
 * and the operation that was to be done.
 *
 * @param source The module: with the names of its functions, if they are to be told.
 */
export function explainCut(trial: Trial, source: ForeignModuleSource): string {
  if (!("cuts" in trial)) return "no power was cut in it";
  const { makeStore, waives } = campaignOf(source);
  const callers: (readonly string[])[] = [];
  const tracing: StoreFactory = (parts) => makeStore({ ...parts, flash: new TracedFlash(parts.flash, callers) });
  const { seed, leftOut = [] } = trial;
  const history = new CutHistory({ ...configurationOf(seed, tracing, waives), leftOut }, campaignSealer(seed));
  try {
    let step = history.next();
    while (step.index < trial.operation) {
      callers.length = 0;
      step = history.next();
    }
    const { operation, actions } = step;
    const [{ point } = { point: 0 }, ...others] = trial.cuts;
    const found = actionAt(actions, point);
    const where = found === undefined
      ? "when all was written and nobody was told"
      : `in ${wayTo(callers[found.index])} (${describeAction(actions[found.index], found.point)})`;
    const count = trial.operation - leftOut.length;
    const before = count === 1 ? "one operation" : `${count} operations`;
    const again = others.length === 0 ? "" : `, and ${others.length} times more in the mounts that followed`;
    return `power went ${where}${again}, which was to ${describe(operation)} after ${before}`;
  } catch (error) {
    if (!(error instanceof HistoryFailure)) throw error;
    return `operation ${error.operation} of its history failed without a cut: ${error.message}`;
  }
}

function describeAction(action: FlashAction | undefined, point: number): string {
  if (action === undefined) return "nothing";
  const place = `at 0x${action.address.toString(16)}`;
  if (action.kind === "erase") return `erase ${place}, point ${point}`;
  return `program of ${action.bytes.length} bytes ${place}, ${point} of them done`;
}

function describe(operation: StoreOperation): string {
  switch (operation.kind) {
    case "put":
      return `put a ${operation.record.class}`;
    case "delete":
      return `delete a ${operation.identity.class}`;
    case "clear secrets":
      return "clear the secrets";
    case "boot":
      return "boot";
    default:
      return operation satisfies never;
  }
}

/** A flash that notes which functions of a module have called it to program or erase. */
class TracedFlash extends RecordingFlash {
  readonly #callers: (readonly string[])[];

  constructor(flash: ConstructorParameters<typeof RecordingFlash>[0], callers: (readonly string[])[]) {
    super(flash);
    this.#callers = callers;
  }

  override pageProgram(
    ...parameters: Parameters<RecordingFlash["pageProgram"]>
  ): ReturnType<RecordingFlash["pageProgram"]> {
    this.#callers.push(stackOfModule().toReversed());
    return super.pageProgram(...parameters);
  }

  override sectorErase(address: number): ReturnType<RecordingFlash["sectorErase"]> {
    this.#callers.push(stackOfModule().toReversed());
    return super.sectorErase(address);
  }
}
