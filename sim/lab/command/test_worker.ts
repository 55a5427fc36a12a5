/**
 * A worker of `hbasim test`: runs the scenario files that it is sent.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { type FileResult, testFile } from "./test_file.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker_pool.ts";

parentPort?.on("message", ({ index, job: file }: WorkerRequest<string>) => {
  parentPort?.postMessage({ index, result: testFile(file) } satisfies WorkerAnswer<FileResult>);
});
