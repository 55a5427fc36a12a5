/**
 * A run that is kept: as a bundle, which runs it again, or as a report.
 *
 * @module
 */

import { bundleOf, encodeBundle } from "../explore/tape/bundle.ts";
import { EventHasher } from "../explore/tape/event_hashes.ts";
import { failureSignature } from "../explore/tape/signature.ts";
import type { ScenarioSource } from "../explore/tape/subject.ts";
import { watchRun } from "../page/content/run_content.ts";
import type { ScenarioReport } from "../scenario/report.ts";
import type { World } from "../world/world.ts";
import { builtPage, reportPage, withMoment } from "./report_page.ts";

export { builtPage };

/** A run that is over. */
export interface KeptRun {
  readonly world: World;
  readonly report: ScenarioReport;
  readonly scenario: ScenarioSource;
  /** The command that runs it again. */
  readonly again: string;
  readonly revealsKeys: boolean;
}

/** A run without a tape, as it was. */
export function bundleBytes({ world, report: { digest, verdicts }, scenario }: KeptRun): Uint8Array {
  const signature = failureSignature(verdicts);
  const hashes = new EventHasher(world.recorder).hashes();
  const outcome = { tape: [], digest, hashes, ...(signature === undefined ? {} : { signature }) };
  return encodeBundle(bundleOf({ scenario }, outcome));
}

/** The same run, watched: what it looks like inside is not in the trace. */
export function htmlBytes({ scenario, again, revealsKeys }: KeptRun): Uint8Array {
  const subject = { scenario };
  const { content, outcome } = watchRun(subject);
  const command = withMoment(again, "run.bundle");
  return new TextEncoder().encode(reportPage({ content, bundle: bundleOf(subject, outcome), revealsKeys, command }));
}
