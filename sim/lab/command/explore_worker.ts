/**
 * A worker of `hbasim explore`: does the jobs that it is sent, one after the
 * other, and says which run it begins with.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { InputError } from "../../kernel/input_error.ts";
import { runJobOf, type SeedsJob, type ShrinkJob } from "./explore_job.ts";
import type { WorkerRefusal, WorkerRequest, WorkerSign } from "./worker_pool.ts";

parentPort?.on("message", async ({ index, job }: WorkerRequest<SeedsJob | ShrinkJob>) => {
  const tell = (sign: string) => parentPort?.postMessage({ index, sign } satisfies WorkerSign);
  try {
    parentPort?.postMessage({ index, result: await runJobOf(job, tell) });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    parentPort?.postMessage({ index, refused: error.message } satisfies WorkerRefusal);
  }
});
