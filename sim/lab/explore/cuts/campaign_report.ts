/**
 * What a campaign shows while it runs, and at its end.
 *
 * @module
 */

import type { CampaignJob, JobResult } from "./cut_campaign.ts";

type JobKind = CampaignJob["kind"];

interface Sums {
  jobs: number;
  finished: number;
  trials: number;
  operations: number;
  violations: number;
  /** Time on one core. */
  seconds: number;
}

/** What came of the jobs of one kind. */
export interface KindSums {
  readonly kind: JobKind;
  readonly trials: number;
  readonly operations: number;
  readonly violations: number;
  /** Time on one core. */
  readonly seconds: number;
}

/**
 * What littlefs says of itself: its tests under the scheduler `linear`, which cuts at each program and erase, as of
 * November 2026, on one core of the machine on which this campaign was written. Its cuts come between operations.
 */
const LITTLEFS_LINEAR = { powerLosses: 28_741, seconds: 15.0 };

/** Adds up the results of jobs as they come. */
export class CampaignReport {
  readonly #kinds = new Map<JobKind, Sums>();

  /**
   * Nothing has been run yet.
   *
   * @param jobs What is to be run.
   */
  constructor(jobs: readonly CampaignJob[]) {
    for (const { kind } of jobs) this.#of(kind).jobs++;
  }

  /**
   * Adds the result of a job.
   *
   * @param kind Its kind.
   * @param result What came of it.
   * @param seconds How long it took on its worker.
   */
  add(kind: JobKind, { trials, operations, violations }: JobResult, seconds: number): void {
    const sums = this.#of(kind);
    sums.finished++;
    sums.trials += trials;
    sums.operations += operations;
    sums.violations += violations.length;
    sums.seconds += seconds;
  }

  /** How many trials were run. */
  get trials(): number {
    return this.#sum("trials");
  }

  /** How many of them the oracle did not allow. */
  get violations(): number {
    return this.#sum("violations");
  }

  /**
   * How things stand, in one line. Jobs of one kind take much the same time, which tells how much is left.
   *
   * @param seconds How long the campaign has run.
   * @param workers On how many threads.
   */
  progress(seconds: number, workers: number): string {
    const [finished, jobs] = [this.#sum("finished"), this.#sum("jobs")];
    const mean = this.#sum("seconds") / Math.max(1, finished);
    let left = 0;
    for (const sums of this.#kinds.values()) {
      const each = sums.finished === 0 ? mean : sums.seconds / sums.finished;
      left += (sums.jobs - sums.finished) * each;
    }
    const rate = Math.round(this.trials / seconds);
    return `${grouped(this.trials)} trials, ${this.violations} violations, ` +
      `${grouped(rate)} a second, ${finished} of ${jobs} jobs, ` +
      (finished === 0 ? "time left unknown" : `${spell(left / workers)} left`);
  }

  /** The sums of each kind of jobs, in the order in which they were announced. */
  kinds(): readonly KindSums[] {
    return [...this.#kinds].map(([kind, { jobs: _, finished: __, ...sums }]) => ({ kind, ...sums }));
  }

  /** A line for each kind, and one for littlefs beside them. */
  table(): readonly string[] {
    const head = row("", ["trials", "violations", "commands a trial", "trials/s on a core"]);
    const rows = [...this.#kinds].map(([kind, { trials, operations, violations, seconds }]) =>
      row(kind, [
        grouped(trials),
        String(violations),
        (operations / Math.max(1, trials)).toFixed(1),
        grouped(Math.round(trials / Math.max(1e-3, seconds))),
      ])
    );
    const { powerLosses, seconds } = LITTLEFS_LINEAR;
    const rate = grouped(Math.round(powerLosses / seconds));
    return [head, ...rows, row("littlefs, linear", [grouped(powerLosses), "", "", rate])];
  }

  #of(kind: JobKind): Sums {
    let sums = this.#kinds.get(kind);
    if (sums === undefined) {
      sums = { jobs: 0, finished: 0, trials: 0, operations: 0, violations: 0, seconds: 0 };
      this.#kinds.set(kind, sums);
    }
    return sums;
  }

  #sum(field: keyof Sums): number {
    let total = 0;
    for (const sums of this.#kinds.values()) total += sums[field];
    return total;
  }
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(18) + cells.map((cell) => cell.padStart(20)).join("");
}

/** A whole number with a comma before each three digits. */
function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

function spell(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
