/**
 * What came of a scenario: a verdict for each expectation.
 *
 * @module
 */

import type { Standstill } from "../../kernel/run_outcome.ts";
import { renderLadder } from "../../trace/ladder.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { nanosecondsAt } from "../../trace/time.ts";
import type { World } from "../world/world.ts";
import { renderWaiting } from "../world/world_report.ts";
import { allowedMisses, judgedOf, missesText, simulatedText, verdictText } from "./report_words.ts";
import { type Counted, countOf, othersText } from "./tally.ts";

/** Whether one expectation held; where a step is repeated more than a hundred times, the last verdict may stand for many. */
export interface Verdict extends Counted {
  /** Line of the step in the file; 0 in a story of a program, where the step is told with its path. */
  readonly line: number;
  /** The step, in short. */
  readonly step: string;
  /** What was expected. */
  readonly expected: string;
  /** What was found. */
  readonly actual: string;
  /** Whether they agree. */
  readonly holds: boolean;
  /** Which time its step was taken, if that was not the first: `hbasim explain FILE 6:3`. */
  readonly taking?: number;
  /** Present where anything would have done: it judges nothing, and does not count among what a run must have judged. */
  readonly isUnjudged?: true;
}

/** A session as phase 1 left it: what phase 2 would begin with. */
export interface SessionSummary extends Counted {
  /** Line of the login in the file; 0 in a story of a program. */
  readonly line: number;
  /** The adapter. */
  readonly adapter: string;
  /** Number of the session at the adapter. */
  readonly session: number;
  /** The mode that phase 1 used. */
  readonly mode: "main" | "aggressive";
  /** Whether phase 2 wants perfect forward secrecy. */
  readonly pfs: boolean;
  /** The mode that phase 2 prefers. */
  readonly preference: "tunnel" | "transport" | "none";
}

/** A fault, and whether it happened. */
export interface FaultSummary extends Counted {
  /** Line of the fault in the file; 0 in a story of a program. */
  readonly line: number;
  /** The step during which it was to happen, in short. */
  readonly step: string;
  /** The fault in words. */
  readonly sentence: string;
  /** Why it never happened; absent if it has. */
  readonly missed?: string;
}

/** What led to the first expectation that does not hold. */
export interface Failure {
  /** The step, as the ladder calls it. */
  readonly step: string;
  /** The last events of the step, in order. */
  readonly events: readonly TraceEvent[];
  /** Who waits for what when the step has ended. */
  readonly waiting: readonly Standstill[];
}

/** What came of a scenario. */
export interface ScenarioReport {
  /** The scenario's name. */
  readonly name: string;
  /** What varies in this case of its file, `cut=5100us`; empty if the file has one case only. */
  readonly case: string;
  /** The seed it ran with. */
  readonly seed: string;
  /** A verdict for each expectation, in order. */
  readonly verdicts: readonly Verdict[];
  /** The sessions that logins have led to, in order. */
  readonly sessions: readonly SessionSummary[];
  /** What has come of each fault of the file, in order. */
  readonly faults: readonly FaultSummary[];
  /** Whether the run was stopped from outside before its last step was taken. */
  readonly interrupted: boolean;
  /** True if the run came to its end and all hold, and there were any, unless the file allows nothing. */
  readonly holds: boolean;
  /** What led to the first verdict that does not hold; absent if all hold. */
  readonly failure?: Failure;
  /** The digest of the trace, 64 hex digits. */
  readonly digest: string;
  /** The world as it is afterwards. */
  readonly world: World;
}

/** The verdicts as lines for people. */
export function* renderVerdicts(report: ScenarioReport): Generator<string> {
  for (const verdict of report.verdicts) {
    yield `${verdict.holds ? "ok  " : "FAIL"}  ${lineText(verdict.line)}${verdictText(verdict)}`;
  }
  for (const session of report.sessions) yield `      ${lineText(session.line)}${sessionText(session)}`;
  for (const fault of report.faults) {
    const missed = fault.missed === undefined ? "" : ` (missed: ${fault.missed})`;
    yield `      ${lineText(fault.line)}${fault.step}: ${fault.sentence}${missed}${othersText(fault)}`;
  }
  const judged = judgedOf(report.verdicts);
  const failed = countOf(judged.filter(({ holds }) => !holds));
  const count = countOf(judged);
  const { now, kernel } = report.world;
  const misses = countOf(allowedMisses(report));
  const run = `(seed ${report.seed}, digest ${report.digest.slice(0, 16)}); ` +
    `${simulatedText(nanosecondsAt(now, kernel.frequencyHz))}${misses === 0 ? "" : `, ${missesText(misses)}`}`;
  if (report.interrupted) {
    yield `interrupted: ${count - failed} of ${count} expectations that were judged so far hold ${run}`;
    return;
  }
  if (count === 0) {
    yield report.holds
      ? `nothing was to be judged ${run}`
      : `FAIL  nothing was judged; expected a step that can fail, or allowNothing: true ${run}`;
    return;
  }
  yield failed === 0
    ? `all ${count} expectations hold ${run}`
    : `${failed} of ${count} expectations do not hold ${run}`;
}

function sessionText({ adapter, session, mode, pfs, preference, ...others }: SessionSummary): string {
  return `${adapter}, session ${session}: ${mode} mode; for phase 2: perfect forward secrecy ${
    pfs ? "on" : "off"
  }, preference ${preference}${othersText(others)}`;
}

/** A line of a file, where there is one. */
function lineText(line: number): string {
  return line === 0 ? "" : `line ${String(line).padStart(3)}  `;
}

/** What led to the first verdict that does not hold, as lines for people: the end of its step, and who waits for what. */
export function* renderFailure({ failure, world }: ScenarioReport): Generator<string> {
  if (failure === undefined) return;
  yield `the end of ${failure.step}:`;
  yield* renderLadder(failure.events, world.kernel.frequencyHz);
  yield* renderWaiting(failure.waiting);
}
