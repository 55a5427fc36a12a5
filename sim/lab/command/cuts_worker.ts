/**
 * A worker of `hbasim cuts`: does the jobs that it is sent, one after the other.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { type JobResult, runJob } from "../explore/cuts/cut_campaign.ts";
import { campaignOf } from "../explore/cuts/module_campaign.ts";
import type { CutsJob } from "./cuts_campaign.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker_pool.ts";

parentPort?.on("message", ({ index, job: { job, module } }: WorkerRequest<CutsJob>) => {
  const options = module === undefined ? {} : campaignOf(module);
  parentPort?.postMessage({ index, result: runJob(job, options) } satisfies WorkerAnswer<JobResult>);
});
