/**
 * The folder of a campaign: `results.cbor`, or `results-I-of-N.cbor` of a part,
 * and in `failures` a scenario, a bundle and the last events of each failure,
 * and a report if it was asked for, named by the content of the bundle.
 *
 * @module
 */

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../kernel/given.ts";
import type { Finding } from "../explore/search/finding.ts";
import { type CampaignResults, encodeResults } from "../explore/search/results_file.ts";
import { type Bundle, decodeBundle } from "../explore/tape/bundle.ts";
import { watchRun } from "../page/content/run_content.ts";
import { readAs } from "./input_files.ts";
import { replaceFile } from "./output_files.ts";
import { reportPage } from "./report_page.ts";
import type { Shard } from "./shard.ts";
import { inShell } from "./shell_word.ts";
import { askSystem } from "./system_error.ts";

/** The file of a whole campaign. */
export const WHOLE = "results.cbor";

/** A folder that is written to. */
export interface OutFolder {
  /** The option that names it, for errors. */
  readonly option: "--out" | "--merge";
  /** Where it is. */
  readonly folder: string;
}

/** Makes sure that a folder is there. */
export function makeFolder({ option, folder }: OutFolder): void {
  askSystem(`${option}: cannot make ${quoted(folder)}`, () => mkdirSync(join(folder, "failures"), { recursive: true }));
}

/** Writes what a campaign, or a part of one, has found. */
export function writeResults({ option, folder }: OutFolder, results: CampaignResults, shard?: Shard): void {
  const name = shard === undefined ? WHOLE : `results-${shard.index}-of-${shard.count}.cbor`;
  replaceFile(option, join(folder, name), encodeResults(results));
}

/** Writes a failure: its keys are in it, but not in the report, if there is one. */
export function writeFinding(out: OutFolder, { name, text, ladder, bundle }: Finding, hasReport: boolean): string {
  const { option, folder } = out;
  // Parts that were collected from elsewhere lie in a folder that has none of failures.
  makeFolder(out);
  const path = join(folder, "failures", name.replace(/\.bundle$/, ""));
  replaceFile(option, `${path}.yaml`, new TextEncoder().encode(text));
  replaceFile(option, `${path}.txt`, new TextEncoder().encode(`${ladder}\n`));
  replaceFile(option, `${path}.bundle`, bundle);
  if (hasReport) replaceFile(option, `${path}.html`, reportOf(bundle, `${path}.bundle`));
  return `${path}.yaml`;
}

/** The report of a bundle's run. */
function reportOf(encoded: Uint8Array, file: string): Uint8Array {
  const bundle = decodeBundle(encoded);
  const { content } = watchRun(bundle.subject);
  const command = `hbasim replay --quiet --to MOMENT ${inShell(file)}`;
  return new TextEncoder().encode(reportPage({ content, bundle, revealsKeys: false, command }));
}

/** Writes a bundle to where those of failures are. */
export function writeBundle(out: OutFolder, name: string, bundle: Uint8Array): string {
  const { option, folder } = out;
  makeFolder(out);
  const path = join(folder, "failures", name);
  replaceFile(option, path, bundle);
  return path;
}

/** The bundles of the failures of a campaign, by their files. */
export function readBundles(folder: string): ReadonlyMap<string, Bundle> {
  const names = namesIn(join(folder, "failures")).filter((name) => name.endsWith(".bundle")).toSorted();
  return new Map(names.map((name) => [name, readAs(join(folder, "failures", name), decodeBundle)]));
}

/** The names of what is in a folder. */
export function namesIn(folder: string): readonly string[] {
  return askSystem(`cannot read ${quoted(folder)}`, () => readdirSync(folder));
}
