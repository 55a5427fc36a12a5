/**
 * A worker of `hbasim cuts`: does the jobs that it is sent, one after the other.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { type CampaignJob, type JobResult, runJob } from "../explore/cuts/cut_campaign.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker_pool.ts";

parentPort?.on("message", ({ index, job }: WorkerRequest<CampaignJob>) => {
  parentPort?.postMessage({ index, result: runJob(job) } satisfies WorkerAnswer<JobResult>);
});
