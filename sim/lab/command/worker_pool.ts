/**
 * Jobs on several threads.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { InputError } from "../../kernel/input_error.ts";
import { NO_ENVIRONMENT } from "../bridge/worker_environment.ts";

/** What a worker is sent. */
export interface WorkerRequest<Job> {
  /** The place of the job. */
  readonly index: number;
  readonly job: Job;
}

/** What a worker answers. */
export interface WorkerAnswer<Result> {
  /** The place of the job. */
  readonly index: number;
  readonly result: Result;
}

/** What a worker says on its way: one that says nothing for too long does not come on. */
export interface WorkerSign {
  /** The place of the job. */
  readonly index: number;
  /** What it begins with now. */
  readonly sign: string;
}

/** What a worker says of a job that cannot be done as it was given: the mistake of a user. */
export interface WorkerRefusal {
  /** The place of the job. */
  readonly index: number;
  /** What is wrong with it. */
  readonly refused: string;
}

/** How long a worker may say nothing. */
export interface Patience {
  /** In seconds of real time. */
  readonly seconds: number;
  /** What is thrown then; `sign` is what it has said last, empty if nothing. */
  readonly exceeded: (sign: string) => Error;
}

/** Work for {@linkcode runOnWorkers}. */
export interface PooledWork<Job, Result> {
  /** The module that the workers run: it answers each {@linkcode WorkerRequest} with a {@linkcode WorkerAnswer}. */
  readonly module: URL;
  readonly jobs: readonly Job[];
  readonly workers: number;
  /**
   * Told of each result as it comes, with its job and how long that took here.
   *
   * @returns Jobs that follow from it; none by default.
   */
  finished?(result: Result, job: Job, seconds: number): readonly Job[] | void;
  /** The user's wish that it ends: what is not done then is left. */
  readonly interruption?: AbortSignal;
  /** How long a worker may be without an answer or a {@linkcode WorkerSign}; for ever by default. */
  readonly patience?: Patience;
}

/**
 * Does jobs on workers, each of which gets its next job when it has answered.
 *
 * @returns The results in the order of the jobs, without those that were not done when it was interrupted; those of jobs that followed from others come last, in any order.
 */
export function runOnWorkers<Job, Result>(
  { module, jobs: first, workers, finished, interruption, patience }: PooledWork<Job, Result>,
): Promise<readonly Result[]> {
  if (first.length === 0 || interruption?.aborted === true) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const jobs = [...first];
    const results: Result[] = [];
    const started: WatchedWorker[] = [];
    const idle: (() => void)[] = [];
    let [next, done] = [0, 0];
    const end = () => {
      interruption?.removeEventListener("abort", stop);
      for (const each of started) each.end();
    };
    const stop = () => {
      end();
      // Places of jobs that are not done stay empty.
      resolve(results.filter(() => true));
    };
    interruption?.addEventListener("abort", stop);
    const fail = (error: Error) => {
      end();
      reject(error);
    };
    const start = () => {
      const worker = new Worker(module, { env: NO_ENVIRONMENT });
      const watched = new WatchedWorker(worker, patience, fail);
      started.push(watched);
      let givenAt = 0;
      const give = () => {
        watched.rest();
        if (next === jobs.length) return void idle.push(give);
        watched.hear("");
        givenAt = performance.now();
        worker.postMessage({ index: next, job: jobs[next] as Job } satisfies WorkerRequest<Job>);
        next++;
      };
      worker.on("message", (said: WorkerAnswer<Result> | WorkerSign | WorkerRefusal) => {
        if ("sign" in said) return watched.hear(said.sign);
        if ("refused" in said) return fail(new InputError(said.refused));
        const { index, result } = said;
        results[index] = result;
        jobs.push(...finished?.(result, jobs[index] as Job, (performance.now() - givenAt) / 1000) ?? []);
        give();
        busy();
        if (++done < jobs.length) return;
        end();
        resolve(results);
      });
      worker.on("error", fail);
      give();
    };
    /** Puts whoever has nothing to do to what is left, and starts others for more. */
    const busy = () => {
      for (let left = jobs.length - next; left > 0 && idle.length > 0; left--) idle.pop()?.();
      while (next < jobs.length && started.length < workers) start();
    };
    busy();
  });
}

/** A worker from which the next sign is waited for. */
class WatchedWorker {
  readonly #worker: Worker;
  readonly #patience: Patience | undefined;
  readonly #exceeded: (error: Error) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(worker: Worker, patience: Patience | undefined, exceeded: (error: Error) => void) {
    this.#worker = worker;
    this.#patience = patience;
    this.#exceeded = exceeded;
  }

  /** It has said something, and must do so again. */
  hear(sign: string): void {
    this.rest();
    if (this.#patience === undefined) return;
    const { seconds, exceeded } = this.#patience;
    this.#timer = setTimeout(() => this.#exceeded(exceeded(sign)), seconds * 1000);
  }

  /** It has nothing to do. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  /** It is needed no more. */
  end(): void {
    this.rest();
    this.#worker.terminate();
  }
}
