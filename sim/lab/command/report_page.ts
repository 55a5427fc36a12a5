/**
 * The report of a run as one file of HTML, with the page and the core in it.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { InputError } from "../../kernel/input_error.ts";
import type { Bundle } from "../explore/tape/bundle.ts";
import { runAgainOf } from "../page/content/run_again.ts";
import type { RunContent } from "../page/content/run_content.ts";
import { sourcesDigest } from "../page/file/sources_digest.ts";
import { inShell } from "./shell_word.ts";
import { type PageAssets, type PartName, REPORT_FORMAT, reportHtml } from "../page/file/report_html.ts";

/** The page as it was built. */
interface BuiltPage extends PageAssets {
  readonly sources: string;
  readonly coreBytes: number;
  readonly core: string;
}

const BUILT = new URL("../page/built/page.json", import.meta.url);

/** A run of which a report is written. */
export interface ReportedRun {
  readonly content: RunContent;
  readonly bundle: Bundle;
  /** Whether the scenario is in the file, keys and all. */
  readonly revealsKeys: boolean;
  /** How the command line comes to a moment, which stands in the place of `MOMENT`. */
  readonly command: string;
}

/**
 * The page as it was built.
 *
 * @throws {InputError} It was not, or of other sources than these.
 */
export function builtPage(): BuiltPage {
  let built: BuiltPage;
  try {
    built = JSON.parse(readFileSync(BUILT, "utf8"));
  } catch {
    throw new InputError("the page is not built: expected it in sim/lab/page/built; deno task page builds it");
  }
  // A package has no sources to compare.
  if (import.meta.url.endsWith(".ts") && built.sources !== sourcesDigest()) {
    throw new InputError("the page was built of other sources than these: deno task page builds it anew");
  }
  return built;
}

/** The file. */
export function reportPage({ content, bundle, revealsKeys, command }: ReportedRun): string {
  const { script, scriptDigest, watchDigest, style, styleDigest, core, coreBytes } = builtPage();
  const again = runAgainOf(bundle, revealsKeys);
  const { summary, trace, history, packets } = content;
  const parts: Readonly<Record<Exclude<PartName, "core">, Uint8Array>> = {
    head: jsonBytes(trace.head),
    trace: trace.bytes,
    history: jsonBytes(history),
    packets: jsonBytes(packets),
    bundle: again.bundle,
  };
  const lengths = Object.entries(parts).map(([name, { length }]) => [name, length]);
  const texts = Object.entries(parts).map((
    [name, bytes],
  ) => [name, deflateSync(bytes, { level: 9 }).toString("base64")]);
  const { missing, sourceDigest } = again;
  return reportHtml({
    head: {
      format: REPORT_FORMAT,
      summary,
      missing,
      sourceDigest,
      command,
      parts: { ...Object.fromEntries(lengths), core: coreBytes },
    },
    parts: { ...Object.fromEntries(texts), core },
    assets: { script, scriptDigest, watchDigest, style, styleDigest },
  });
}

/**
 * The line that comes to a moment, which stands in the place of `MOMENT`: of a run whose verdicts fail, too, after
 * which the first command ends with 1.
 *
 * @param again The command that writes the bundle; a comment at its end stays there.
 * @param bundle The bundle's file.
 */
export function withMoment(again: string, bundle: string): string {
  const [, line = again, comment = ""] = /^(.*?)( {2}# .*)?$/.exec(again) ?? [];
  const quiet = line.replace(/^hbasim run /, "hbasim run --quiet ");
  return `${quiet}; hbasim replay --quiet --to MOMENT ${inShell(bundle)}${comment}`;
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
