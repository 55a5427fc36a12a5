/**
 * A worker of a campaign: does the jobs that it is sent, one after the other.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { type CampaignJob, type JobResult, runJob } from "./cut_campaign.ts";

/** What a worker is sent. */
export interface WorkerRequest {
  /** Place of the job in the campaign. */
  readonly index: number;
  /** The job. */
  readonly job: CampaignJob;
}

/** What a worker answers. */
export interface WorkerAnswer {
  /** Place of the job in the campaign. */
  readonly index: number;
  /** What came of it. */
  readonly result: JobResult;
}

parentPort?.on("message", ({ index, job }: WorkerRequest) => {
  parentPort?.postMessage({ index, result: runJob(job) } satisfies WorkerAnswer);
});
