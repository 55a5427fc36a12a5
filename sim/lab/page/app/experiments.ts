/**
 * Runs that are made in the page: the recorded one again, and others that part
 * from it.
 *
 * @module
 */

import { useMemo, useRef, useState } from "preact/hooks";
import type { CoreAnswer, MadeRun, Variation } from "../core/requests.ts";
import type { GivenFile } from "../content/run_again.ts";
import { CoreClient, type CoreProgress, StoppedError } from "./core_client.ts";
import { type Parting, partingOf } from "./difference.ts";
import { inflatedPart, type LoadedReport, messageOf } from "./report_source.ts";
import { Run } from "./run.ts";

/** A run that was made from the recorded one. */
export interface OtherRun {
  /** How it was made, in words. */
  readonly title: string;
  readonly run: Run;
  readonly made: MadeRun;
  /** Where the two part; `undefined` if they are the same. */
  readonly parting: Parting | undefined;
  /** The scenario that shrinking has left. */
  readonly story?: string;
}

/** What the laboratory does and has. */
export interface Experiments {
  /** What the core does now; empty if nothing. */
  readonly busy: string;
  readonly progress: CoreProgress;
  /** Whether the run was had again. */
  readonly isOpen: boolean;
  /** What came of the last thing; a failure if it is one. */
  readonly said: { readonly text: string; readonly isBad: boolean };
  readonly other: OtherRun | undefined;
  open(given: GivenFile | undefined): void;
  seek(event: number): void;
  vary(variation: Variation, title: string): void;
  shrink(): void;
  stop(): void;
  forget(): void;
}

const QUIET = { text: "", isBad: false };
const BEGINNING: CoreProgress = { cycle: 0, executions: 0 };

/** The laboratory of a report. */
export function useExperiments(report: LoadedReport, run: Run): Experiments {
  const [busy, setBusy] = useState("");
  const [progress, setProgress] = useState(BEGINNING);
  const [isOpen, setOpen] = useState(false);
  const [said, setSaid] = useState(QUIET);
  const [other, setOther] = useState<OtherRun | undefined>(undefined);
  const given = useRef<GivenFile | undefined>(undefined);
  const core = useMemo(() => new CoreClient(() => inflatedPart(document, report.head, "core")), [report]);
  core.onProgress = setProgress;
  /** Does something with the core; what fails is said, and nothing else changes. */
  const work = async (what: string, does: () => Promise<string>) => {
    setBusy(what);
    setProgress(BEGINNING);
    try {
      setSaid({ text: await does(), isBad: false });
    } catch (error) {
      setSaid({
        text: error instanceof StoppedError ? "Stopped." : messageOf(error),
        isBad: !(error instanceof StoppedError),
      });
    } finally {
      setBusy("");
    }
  };
  const opened = async () => {
    if (!core.isRunning) await core.ask({ type: "open", again: report.again, given: given.current });
  };
  const show = (title: string, made: MadeRun, story?: string) => {
    const next = new Run(made.content);
    const parting = partingOf(run, next);
    setOther({ title, run: next, made, parting, ...(story === undefined ? {} : { story }) });
    return parting;
  };
  return {
    busy,
    progress,
    isOpen,
    said,
    other,
    open(file) {
      void work("runs the recorded run again", async () => {
        core.stop();
        setOpen(false);
        given.current = file;
        const answer = await core.ask({ type: "open", again: report.again, given: file });
        if (answer.type !== "opened") throw new Error(unexpected(answer));
        setOpen(true);
        return agreement(run, answer.made, show);
      });
    },
    seek(event) {
      void work("goes to the moment by execution again", async () => {
        await opened();
        const answer = await core.ask({ type: "seek", sequence: event });
        if (answer.type !== "seeked") throw new Error(unexpected(answer));
        const wrong = answer.cells.filter(([cell, value]) => run.history.at(cell, event) !== value);
        const count = answer.cells.length;
        if (wrong.length > 0) {
          throw new Error(
            `${wrong.length} of ${count} cells are not as recorded: ${wrong.map(([cell]) => cell).join(", ")}`,
          );
        }
        return `${run.coordinate(event)} by execution again: all ${count} cells of its state are as recorded.`;
      });
    },
    vary(variation, title) {
      void work(title, async () => {
        await opened();
        const answer = await core.ask({ type: "vary", variation });
        if (answer.type !== "varied") throw new Error(unexpected(answer));
        const parting = show(title, answer.made);
        const digest = answer.made.content.summary.digest.slice(0, 16);
        return parting === undefined
          ? `${title}: the same run, digest ${digest}.`
          : `${title}: another run from event ${parting.event} on, digest ${digest}.`;
      });
    },
    shrink() {
      void work("makes the failure smaller", async () => {
        await opened();
        const answer = await core.ask({ type: "shrink" });
        if (answer.type !== "shrunk") throw new Error(unexpected(answer));
        show("shrunk", answer.made, answer.story);
        return `Shrunk in ${answer.executions} executions${
          answer.isMinimal ? ": nothing can be taken out alone any more" : ""
        }.`;
      });
    },
    stop: () => core.stop(),
    forget: () => setOther(undefined),
  };
}

/** What a repeated run shows: that it is the same, or where it parts from what was recorded. */
function agreement(run: Run, made: MadeRun, show: (title: string, made: MadeRun) => Parting | undefined): string {
  const { digest, product } = made.content.summary;
  if (digest === run.summary.digest) return `The same run: ${run.length} events, digest ${digest.slice(0, 16)}.`;
  const parting = show("run again", made);
  throw new Error(
    `The run parts from the recording at s${parting?.event ?? 0}: recorded ${parting?.first ?? "nothing"}, found ${
      parting?.second ?? "nothing"
    }. hbasim ${run.summary.product} made it, this page holds ${product}.`,
  );
}

function unexpected({ type }: CoreAnswer): string {
  return `the core has answered ${type}, which nobody asked for`;
}
