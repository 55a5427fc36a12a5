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
import { InputError } from "../../kernel/input_error.ts";
import type { BlockResult } from "../explore/search/block.ts";
import type { Finding } from "../explore/search/finding.ts";
import { decodeResults, encodeResults, mergeResults } from "../explore/search/results_file.ts";
import { type Bundle, decodeBundle } from "../explore/tape/bundle.ts";
import { watchRun } from "../page/content/run_content.ts";
import { readAs } from "./input_files.ts";
import { replaceFile } from "./output_files.ts";
import { reportPage } from "./report_page.ts";
import type { Shard } from "./shard.ts";
import { inShell } from "./shell_word.ts";
import { askSystem } from "./system_error.ts";

const OPTION = "--out";

/** Makes sure that a folder is there. */
export function makeFolder(folder: string): void {
  askSystem(`${OPTION}: cannot make ${quoted(folder)}`, () => mkdirSync(join(folder, "failures"), { recursive: true }));
}

/** Writes what a campaign, or a part of one, has found. */
export function writeResults(folder: string, results: BlockResult, shard?: Shard): void {
  const name = shard === undefined ? "results.cbor" : `results-${shard.index}-of-${shard.count}.cbor`;
  replaceFile(OPTION, join(folder, name), encodeResults(results));
}

/** Writes a failure: its keys are in it, but not in the report, if there is one. */
export function writeFinding(folder: string, { name, text, ladder, bundle }: Finding, hasReport: boolean): string {
  // Parts that were collected from elsewhere lie in a folder that has none of failures.
  makeFolder(folder);
  const path = join(folder, "failures", name.replace(/\.bundle$/, ""));
  replaceFile(OPTION, `${path}.yaml`, new TextEncoder().encode(text));
  replaceFile(OPTION, `${path}.txt`, new TextEncoder().encode(`${ladder}\n`));
  replaceFile(OPTION, `${path}.bundle`, bundle);
  if (hasReport) replaceFile(OPTION, `${path}.html`, reportOf(bundle, `${path}.bundle`));
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
export function writeBundle(folder: string, name: string, bundle: Uint8Array): string {
  makeFolder(folder);
  const path = join(folder, "failures", name);
  replaceFile(OPTION, path, bundle);
  return path;
}

/**
 * Reads what parts of a campaign have found.
 *
 * @throws {InputError} There are none, or one is damaged.
 */
export function readParts(folder: string): BlockResult {
  const names = namesIn(folder).filter((name) => /^results(-\d+-of-\d+)?\.cbor$/.test(name)).toSorted();
  if (names.length === 0) throw new InputError(`--merge ${quoted(folder)}: no results in it`);
  return mergeResults(names.map((name) => readAs(join(folder, name), decodeResults)));
}

/** The bundles of the failures of a campaign, by their files. */
export function readBundles(folder: string): ReadonlyMap<string, Bundle> {
  const names = namesIn(join(folder, "failures")).filter((name) => name.endsWith(".bundle")).toSorted();
  return new Map(names.map((name) => [name, readAs(join(folder, "failures", name), decodeBundle)]));
}

function namesIn(folder: string): readonly string[] {
  return askSystem(`cannot read ${quoted(folder)}`, () => readdirSync(folder));
}
