/**
 * Jobs on several threads.
 *
 * @module
 */

import { Worker } from "node:worker_threads";

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

/**
 * Does jobs on workers, each of which gets its next job when it has answered.
 *
 * @param module The module that the workers run: it answers each {@linkcode WorkerRequest} with a {@linkcode WorkerAnswer}.
 * @param finished Told of each result as it comes, with its job and how long that took here.
 * @returns The results in the order of the jobs, whatever the number of workers.
 */
export function runOnWorkers<Job, Result>(
  module: URL,
  jobs: readonly Job[],
  workers: number,
  finished: (result: Result, job: Job, seconds: number) => void = () => {},
): Promise<readonly Result[]> {
  if (jobs.length === 0) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const results: Result[] = [];
    let [next, done] = [0, 0];
    const end = () => {
      for (const each of started) each.terminate();
    };
    const started = Array.from({ length: Math.min(workers, jobs.length) }, () => {
      const worker = new Worker(module);
      let givenAt = 0;
      const give = () => {
        const job = jobs[next];
        givenAt = performance.now();
        if (job !== undefined) worker.postMessage({ index: next, job } satisfies WorkerRequest<Job>);
        next++;
      };
      worker.on("message", ({ index, result }: WorkerAnswer<Result>) => {
        results[index] = result;
        finished(result, jobs[index] as Job, (performance.now() - givenAt) / 1000);
        give();
        if (++done < jobs.length) return;
        end();
        resolve(results);
      });
      worker.on("error", (error) => {
        end();
        reject(error);
      });
      give();
      return worker;
    });
  });
}
