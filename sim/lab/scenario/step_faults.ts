/**
 * The faults of a step, or of a whole run: planned when it begins, told of
 * when it has ended.
 *
 * @module
 */

import type { Task } from "../../kernel/task.ts";
import { type FaultOutcome, PlannedFaults } from "../faults/injector.ts";
import type { WrittenFault } from "./fault_shape.ts";
import { noteVerdict, type ScenarioRun } from "./step_context.ts";

/** Faults that were planned together. */
export class StepFaults {
  readonly #run: ScenarioRun;
  readonly #written: readonly WrittenFault[];
  readonly #planned: PlannedFaults;

  /** Plans them from now on. */
  constructor(written: readonly WrittenFault[], run: ScenarioRun) {
    this.#run = run;
    this.#written = written;
    this.#planned = new PlannedFaults(written.map(({ fault }) => fault), run.world);
  }

  /** Nothing happens any more that has not happened. */
  close(): void {
    this.#planned.end();
  }

  /** Waits until accidents are over that have happened; tells whether there were any. */
  *healed(): Task<boolean> {
    return yield* this.#planned.healed();
  }

  /**
   * Tells what has come of each: one that has not happened, and must not miss, is a verdict. Of a cut that goes on, and
   * that nothing has met yet, it is told when the run is over.
   *
   * @param step The step, as verdicts call it.
   */
  end({ type: step }: { readonly type: string }): void {
    this.#planned.end().forEach((outcome, index) => {
      if (outcome.isUnseen !== true) return this.#tell(step, index, outcome);
      this.#run.unseen.push((isOver) => {
        const last = this.#planned.end()[index] ?? outcome;
        const missed = isOver && last.isUnseen === true ? { missed: "nothing was sent over the link any more" } : {};
        this.#tell(step, index, { ...last, ...missed });
      });
    });
  }

  #tell(step: string, index: number, { sentence, missed, fault }: FaultOutcome): void {
    const line = this.#written[index]?.line ?? 0;
    const outcome = missed === undefined ? {} : { missed };
    this.#run.faults.add(`${line} ${step} ${missed === undefined}`, { line, step, sentence, ...outcome });
    if (missed === undefined || fault.mayMiss === true) return;
    noteVerdict(this.#run, { line, step, expected: sentence, actual: `it missed: ${missed}`, holds: false });
  }
}
