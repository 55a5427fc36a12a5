/**
 * Shrinks a run that fails under the eyes of the oracle.
 *
 * @module
 */

import { CampaignMemory } from "../../world/campaign_memory.ts";
import { runTrial, type Trial, type TrialOptions } from "../search/trial.ts";
import {
  executed,
  type Failing,
  type Run,
  type ShrinkBounds,
  type Shrunk,
  shrunkBy,
  superfluousBy,
} from "./shrinking.ts";

/** How it is executed again. */
type RerunOptions = ShrinkOptions & { readonly memory?: CampaignMemory };

/** How far shrinking goes, and how runs are executed. */
export interface ShrinkOptions extends TrialOptions, ShrinkBounds {
  /** Events after which a world is a runaway; 500,000 by default. */
  readonly mostEvents?: number;
}

/** Shrinks a failing run. It fails with the same signature afterwards. */
export function shrink(failing: Failing, options: ShrinkOptions = {}): Shrunk {
  const rerun = { ...options, memory: new CampaignMemory({ keepsTraces: true }) };
  return shrunkBy((run) => signatureOf(run, rerun), failing, options);
}

/** What could still be taken out of a failing run alone, so that it fails in the same way: nothing, if it is minimal. */
export function superfluous(failing: Failing, options: TrialOptions = {}): readonly string[] {
  return superfluousBy((run) => signatureOf(run, options), failing);
}

/** What a run fails with; `undefined` if it does not fail, or cannot be run. */
function signatureOf(run: Run, options: RerunOptions): string | undefined {
  return trialOf(run, options)?.signature;
}

/** A trial of a story; `undefined` if it cannot be run: something that it names was taken out. */
export function trialOf(run: Run, options: RerunOptions): Trial | undefined {
  return executed(run, (subject) => runTrial(subject, options), options.mostEvents);
}
