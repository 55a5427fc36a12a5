/**
 * Many scenario files as tests, on several threads.
 *
 * @module
 */

import { Progress } from "./progress.ts";
import type { FileResult } from "./test_file.ts";
import { runOnWorkers } from "./worker_pool.ts";

/** Runs files; the results come in the order of the files, whatever the number of workers. */
export async function testFiles(files: readonly string[], workers: number): Promise<readonly FileResult[]> {
  const progress = new Progress(files.length, "files");
  try {
    return await runOnWorkers<string, FileResult>(
      new URL("./test_worker.ts", import.meta.url),
      files,
      workers,
      ({ type }) => progress.step(type !== "ok"),
    );
  } finally {
    progress.end();
  }
}
