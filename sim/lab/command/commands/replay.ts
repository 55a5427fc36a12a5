/**
 * `hbasim replay`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { type Replay, replay as replayBundle } from "../../explore/replay.ts";
import { ASPECTS } from "../../explore/session/inspection.ts";
import { type Bundle, bundleOf } from "../../explore/tape/bundle.ts";
import { watchRun } from "../../page/content/run_content.ts";
import { readBundle, tellSubject } from "../bundle_file.ts";
import { command, FAILS, HOLDS } from "../command.ts";
import { eventLines } from "../event_lines.ts";
import { fitting } from "../fitting.ts";
import { LADDER_OPTIONS, ladderView } from "../ladder_view.ts";
import { MOMENT_WORDS, momentOf, refuseOtherRun } from "../moment_text.ts";
import { OutputFiles, requireWritable } from "../output_files.ts";
import { builtPage, reportPage } from "../report_page.ts";
import { inShell } from "../shell_word.ts";
import { print } from "../terminal.ts";

/** How many events are shown before the first that differs, and before the moment that was asked for. */
const EVENTS_BEFORE = 5;

/** Prints a line that fits. */
type Say = (line: string) => void;

/** Runs a bundle again. */
export const replay = command({
  options: {
    to: { value: "MOMENT", about: `stop at ${MOMENT_WORDS}, and show what the world looks like there` },
    quiet: { about: "no ladder", without: ["json"] },
    json: { about: "as JSON in place of all else: whether it is the same run, digests, verdicts, where it parts" },
    html: {
      value: "FILE",
      about: "write a report of the whole run that opens in a browser and holds the simulator, keys as fingerprints",
    },
    "reveal-keys": {
      about: "with --html: the bundle is in the report, with the scenario and its keys: SECRET",
      needs: ["html"],
    },
    ...LADDER_OPTIONS,
  },
  notes: [
    "Exit code: 0 it is the same run, whatever its verdicts; 1 it is another one; 2 the bundle or its tape does not fit.",
  ],
  examples: [
    "replay run.bundle",
    "replay --quiet --to 525ms run.bundle",
    "replay --quiet --html report.html run.bundle",
  ],
  run({ to, quiet, json, html, "reveal-keys": reveals, ...ladder }, files) {
    const [file] = files;
    if (file === undefined || files.length > 1) {
      throw new InputError(`replay takes one bundle, ${files.length} are given`);
    }
    const view = ladderView(ladder, print);
    const fit = fitting(ladder.wide);
    const say = (line: string) => print(fit(line));
    const bundle = readBundle(file);
    const until = to === undefined ? {} : { until: momentOf(to) };
    if (html !== undefined) {
      builtPage();
      requireWritable("--html", html, [file]);
    }
    const again = replayBundle(bundle, until);
    if (to !== undefined) requireMoment(to, again);
    if (html !== undefined) writeReport(html, file, bundle, reveals === true);
    if (json === true) {
      print(JSON.stringify(jsonOf(bundle, again)));
      return again.agrees ? HOLDS : FAILS;
    }
    for (const line of tellSubject(bundle.subject)) say(line);
    const { recorder, kernel } = again.world;
    if (quiet !== true) view(recorder.events(), kernel.frequencyHz);
    if (to !== undefined) showPlace(to, again, say);
    return judge(bundle, again, say);
  },
});

/** Writes the report of what the bundle's run is now. */
function writeReport(target: string, file: string, { subject }: Bundle, revealsKeys: boolean): void {
  const outputs = new OutputFiles([file]);
  try {
    outputs.prepare("--html", target, revealsKeys ? "its owner" : "everybody");
    const { content, outcome } = watchRun(subject);
    const command = `hbasim replay --quiet --to MOMENT ${inShell(file)}`;
    const html = reportPage({ content, bundle: bundleOf(subject, outcome), revealsKeys, command });
    outputs.write("--html", new TextEncoder().encode(html));
  } finally {
    outputs.close();
  }
}

/** @throws {InputError} The run has no such moment. */
function requireMoment(to: string, { world, reachesEnd, events }: Replay): void {
  refuseOtherRun(to, world.recorder);
  if (!reachesEnd || momentOf(to).sequence < events) return;
  throw new InputError(`--to ${to}: the run has ${events} events, from 0 on`);
}

/** What the world looks like where the run has stopped. */
function showPlace(to: string, { world, reachesEnd }: Replay, say: Say): void {
  const { cycle } = momentOf(to);
  say(`\nat cycle ${Math.max(world.now, reachesEnd ? 0 : cycle)}${reachesEnd ? ", the end" : ""}:`);
  for (const [name, { look }] of Object.entries(ASPECTS)) {
    say(`${name}:`);
    for (const line of look(world)) say(`  ${line}`);
  }
}

/** What came of it, as programs read it; `parted` is the number of events that are the same. */
function jsonOf(bundle: Bundle, { agrees, parted, digest, events, reachesEnd, signature, verdicts }: Replay): unknown {
  return { agrees, reachesEnd, events, digest, expectedDigest: bundle.digest, parted, signature, verdicts };
}

function judge(
  bundle: Bundle,
  { agrees, parted, digest, events, reachesEnd, signature, world }: Replay,
  say: Say,
): number {
  if (agrees) {
    const failure = signature === undefined ? "" : `; it fails: ${signature}`;
    say(
      reachesEnd
        ? `the same ${events} events, digest ${digest.slice(0, 16)}${failure}`
        : `the same ${events} events of ${bundle.hashes.bytes.length} so far`,
    );
    return HOLDS;
  }
  say(`FAIL  another run: expected digest ${bundle.digest.slice(0, 16)}, but found ${digest.slice(0, 16)}`);
  if (parted === undefined) {
    say(
      "no hash of an event differs: the last event alone does, or the bundle's digest is not of the run of its hashes",
    );
    return FAILS;
  }
  say(`the same ${parted} events, then another one${parted === events ? ": the run has ended" : ""}`);
  const first = Math.max(0, parted - EVENTS_BEFORE);
  const shown = Array.from(
    { length: Math.min(events, parted + 1) - first },
    (_, index) => world.recorder.at(first + index),
  );
  for (const [index, line] of eventLines(shown, world.kernel.frequencyHz).entries()) {
    say(`${first + index === parted ? "> " : "  "}${line}`);
  }
  return FAILS;
}
