/**
 * A worker of `hbasim test`: runs the cases that it is sent.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { runOpened } from "../scenario/runner.ts";
import { ChosenCases, testFile } from "./test_file.ts";
import type { TestJob, TestJobResult } from "./test_job.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker_pool.ts";

const cases = new ChosenCases();

parentPort?.on("message", ({ index, job }: WorkerRequest<TestJob>) => {
  parentPort?.postMessage({ index, result: testFile(job, runOpened, cases) } satisfies WorkerAnswer<TestJobResult>);
});
