/**
 * A worker of a campaign: does the jobs that it is sent, one after the other.
 *
 * @module
 */

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

/** The side of a worker's scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(answer: WorkerAnswer): void;
}

const scope: WorkerScope = globalThis as typeof globalThis & WorkerScope;

scope.onmessage = ({ data: { index, job } }) => scope.postMessage({ index, result: runJob(job) });
