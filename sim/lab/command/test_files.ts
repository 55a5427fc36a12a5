/**
 * Many scenario files as tests, on several threads.
 *
 * @module
 */

import { resolve } from "node:path";
import { Progress } from "./progress.ts";
import { type CaseResult, CASES_OF_A_JOB, type TestChoice, type TestJob, type TestJobResult } from "./test_job.ts";
import { runOnWorkers } from "./worker_pool.ts";

/** What is tested. */
export interface Chosen {
  readonly choice: TestChoice;
  /** The cases that are named, by the paths of their files; of other files all are meant. */
  readonly named: ReadonlyMap<string, readonly string[]>;
}

/**
 * Runs the chosen cases of files.
 *
 * @returns The results in the order of the files and of their cases, whatever the number of workers.
 */
export async function testFiles(
  files: readonly string[],
  { choice, named }: Chosen,
  workers: number,
  interruption: AbortSignal,
): Promise<readonly CaseResult[]> {
  const progress = new Progress("cases");
  try {
    const done = await runOnWorkers<TestJob, TestJobResult>({
      module: new URL("./test_worker.ts", import.meta.url),
      jobs: files.map((file) => {
        const names = named.get(resolve(file));
        return { ...choice, file, begin: 0, ...(names === undefined ? {} : { names }) };
      }),
      workers,
      interruption,
      finished({ job, chosen, results }) {
        if (job.begin === 0) progress.expect(chosen);
        for (const { type } of results) progress.step(type !== "ok");
        return job.begin === 0 ? jobsBehind(job, chosen) : [];
      },
    });
    const order = new Map(files.map((file, index) => [file, index]));
    const place = ({ job }: TestJobResult) => order.get(job.file) ?? 0;
    return done.toSorted((a, b) => place(a) - place(b) || a.job.begin - b.job.begin).flatMap(({ results }) => results);
  } finally {
    progress.end();
  }
}

/** The jobs for the cases behind the first ones of a file. */
function jobsBehind(job: TestJob, chosen: number): readonly TestJob[] {
  const count = Math.max(0, Math.ceil(chosen / CASES_OF_A_JOB) - 1);
  return Array.from({ length: count }, (_, index) => ({ ...job, begin: (index + 1) * CASES_OF_A_JOB }));
}
