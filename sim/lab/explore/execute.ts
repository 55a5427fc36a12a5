/**
 * Executes a subject from its beginning.
 *
 * @module
 */

import type { Verdict } from "../scenario/report.ts";
import type { World } from "../world/world.ts";
import { Execution, type ExecutionOptions, type Misfit } from "./execution.ts";
import type { EventHashes } from "./tape/event_hashes.ts";
import { failureSignature } from "./tape/signature.ts";
import type { Subject } from "./tape/subject.ts";
import type { Moment, Tape } from "./tape/tape.ts";

/** How a subject is executed. */
export interface ExecuteOptions extends ExecutionOptions {
  /** Where to stop; the end of the run by default. */
  readonly until?: Moment;
}

/** What has come of a run. */
export interface Outcome {
  /** A verdict for each expectation that was judged, in order; what a task throws and a runaway are such, too. */
  readonly verdicts: readonly Verdict[];
  /** Whether the run came to its end and all hold, and there were any, unless the scenario allows nothing. */
  readonly holds: boolean;
  /** What the first failure is called, without figures that vary from run to run; absent if there is none. */
  readonly signature?: string;
  /** The digest of the trace, 64 hex digits; made when somebody asks for it, as the hashes are. */
  readonly digest: string;
  /** Short hashes of the trace on its way. */
  readonly hashes: EventHashes;
  /** The last of them, 32 bits: of all that has happened. */
  readonly hash: number;
  /** How many events the trace has. */
  readonly events: number;
  /** How many events the kernel has dispatched: what the run has cost. */
  readonly dispatched: number;
  /** The tape as it was taken, with what a strategy has decided: a run by it is this run. */
  readonly tape: Tape;
  /** What of tape and recipe was not reached. */
  readonly misfits: readonly Misfit[];
  /** Whether it came to its end; false if it was stopped. */
  readonly reachesEnd: boolean;
  /** The world as it is afterwards. */
  readonly world: World;
}

/**
 * Executes a subject. The same subject gives the same digest, on every machine.
 *
 * @throws {InputError} The scenario is not understood, or a part of the world is refused.
 * @throws {FaultError} A fault of the tape cannot happen in the world.
 *
 * @example A login whose first datagram is lost, and another future
 * ```ts
 * import { execute } from "@hba/sim/explore";
 *
 * const scenario = {
 *   file: "login.yaml",
 *   source: `
 * name: a login
 * adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
 * targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: a key } } }
 * steps:
 *   - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main, transport] }
 *   - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
 * `,
 * };
 * const lost = { harm: { kind: "lose" }, anchor: { at: "message", from: "hba0", to: "disk", message: "main 1" } } as const;
 * const [plain, deviating] = [execute({ scenario }), execute({ scenario, tape: [{ decision: "fault", fault: lost }] })];
 * if (!deviating.holds || deviating.misfits.length > 0) throw new Error(deviating.signature);
 * if (deviating.digest === plain.digest) throw new Error("nothing was lost");
 * ```
 */
export function execute(subject: Subject, { until, ...options }: ExecuteOptions = {}): Outcome {
  const execution = new Execution(subject, options);
  execution.goOn(until);
  return outcomeOf(execution);
}

/** What has come of an execution so far. */
export function outcomeOf(execution: Execution): Outcome {
  const { world, report, verdicts } = execution;
  const signature = failureSignature(verdicts);
  let digest: string | undefined;
  return {
    verdicts: [...verdicts],
    holds: report?.holds ?? false,
    ...(signature === undefined ? {} : { signature }),
    get digest() {
      return digest ??= world.digest();
    },
    get hashes() {
      return execution.hasher.hashes();
    },
    get hash() {
      return execution.hasher.hash();
    },
    events: world.recorder.length,
    dispatched: world.kernel.dispatched,
    tape: execution.takenTape(),
    misfits: execution.misfits(),
    reachesEnd: report !== undefined,
    world,
  };
}
