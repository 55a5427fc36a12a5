/**
 * A worker of `hbasim test`: runs the cases that it is sent.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { testFile } from "./test_file.ts";
import type { TestJob, TestJobResult } from "./test_job.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker_pool.ts";

parentPort?.on("message", ({ index, job }: WorkerRequest<TestJob>) => {
  parentPort?.postMessage({ index, result: testFile(job) } satisfies WorkerAnswer<TestJobResult>);
});
