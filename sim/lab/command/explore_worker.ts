/**
 * A worker of `hbasim explore`: runs the blocks that it is sent, one after the
 * other.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import type { BlockResult } from "../explore/search/block.ts";
import { type ExploreJob, runJobOf } from "./explore_job.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker_pool.ts";

parentPort?.on("message", async ({ index, job }: WorkerRequest<ExploreJob>) => {
  parentPort?.postMessage({ index, result: await runJobOf(job) } satisfies WorkerAnswer<BlockResult>);
});
