/**
 * Runs that are made in the page: the recorded one again, and others that part
 * from it.
 *
 * @module
 */

import { useMemo, useState } from "preact/hooks";
import type { CoreAnswer, CoreRequest, MadeRun, Variation } from "../core/requests.ts";
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
  /** The steps that shrinking has left. */
  readonly steps?: readonly string[];
}

/** How experiments stand. */
export interface ExperimentState {
  /** What the core does now; empty if nothing. */
  readonly busy: string;
  readonly progress: CoreProgress;
  /** Whether the run was had again. */
  readonly isOpen: boolean;
  /** What came of the last thing; a failure if it is one. */
  readonly said: { readonly text: string; readonly isBad: boolean };
  readonly other: OtherRun | undefined;
}

const BEGINNING: CoreProgress = { cycle: 0, executions: 0 };
const NOTHING: ExperimentState = {
  busy: "",
  progress: BEGINNING,
  isOpen: false,
  said: { text: "", isBad: false },
  other: undefined,
};

/** Does one thing after the other with the core; what fails is said, and nothing else changes. */
export class Experiments {
  state: ExperimentState = NOTHING;
  readonly #report: LoadedReport;
  readonly #run: Run;
  readonly #core: CoreClient;
  readonly #onChange: (state: ExperimentState) => void;
  #given: GivenFile | undefined;

  /** On the run of a report. */
  constructor(report: LoadedReport, run: Run, onChange: (state: ExperimentState) => void) {
    this.#report = report;
    this.#run = run;
    this.#onChange = onChange;
    this.#core = new CoreClient(() => inflatedPart(document, report.head, "core"));
    this.#core.onProgress = (progress) => this.#set({ progress });
  }

  /** Runs the run again, with the file that was missing. */
  open(given: GivenFile | undefined): void {
    this.#work("runs the recorded run again", async () => {
      this.#core.stop();
      this.#set({ isOpen: false });
      this.#given = given;
      const answer = await this.#core.ask({ type: "open", again: this.#report.again, given });
      if (answer.type !== "opened") throw new Error(unexpected(answer));
      this.#set({ isOpen: true });
      return this.#agreement(answer.made);
    });
  }

  /** Goes to the moment of an event by execution again, and compares. */
  seek(event: number): void {
    this.#work("executes up to the moment", async () => {
      const answer = await this.#ask({ type: "seek", sequence: event });
      if (answer.type !== "seeked") throw new Error(unexpected(answer));
      const wrong = answer.cells.filter(([cell, value]) => this.#run.history.at(cell, event) !== value);
      const count = answer.cells.length;
      if (wrong.length === 0) {
        return `${this.#run.coordinate(event)} by execution again: all ${count} cells of its state are as recorded.`;
      }
      throw new Error(
        `${wrong.length} of ${count} cells are not as recorded: ${wrong.map(([cell]) => cell).join(", ")}`,
      );
    });
  }

  /** Runs it with a change more. */
  vary(variation: Variation, title: string): void {
    this.#work(title, async () => {
      const answer = await this.#ask({ type: "vary", variation });
      if (answer.type !== "varied") throw new Error(unexpected(answer));
      const parting = this.#show(title, answer.made);
      const digest = answer.made.content.summary.digest.slice(0, 16);
      const from = parting === undefined ? "the same run" : `another run from event ${parting.event} on`;
      return `${title}: ${from}, digest ${digest}.`;
    });
  }

  /** Makes the failure smaller. */
  shrink(): void {
    this.#work("makes the failure smaller", async () => {
      const answer = await this.#ask({ type: "shrink" });
      if (answer.type !== "shrunk") throw new Error(unexpected(answer));
      this.#show("shrunk", answer.made, answer.steps);
      const minimal = answer.isMinimal ? ": nothing can be taken out alone any more" : "";
      return `Shrunk in ${answer.executions} executions${minimal}.`;
    });
  }

  /** Stops the core. What was shown stays. */
  stop(): void {
    this.#core.stop();
  }

  /** Forgets the other run. */
  forget(): void {
    this.#set({ other: undefined });
  }

  #set(change: Partial<ExperimentState>): void {
    this.state = { ...this.state, ...change };
    this.#onChange(this.state);
  }

  #work(busy: string, does: () => Promise<string>): void {
    this.#set({ busy, progress: BEGINNING, said: NOTHING.said });
    does().then((text) => ({ text, isBad: false }), (error) => {
      const isStopped = error instanceof StoppedError;
      return { text: isStopped ? "Stopped." : messageOf(error), isBad: !isStopped };
    }).then((said) => this.#set({ said, busy: "" }));
  }

  /** A core that was stopped begins with the run again. */
  async #ask(request: CoreRequest): Promise<CoreAnswer> {
    if (!this.#core.isRunning) {
      await this.#core.ask({ type: "open", again: this.#report.again, given: this.#given });
    }
    return await this.#core.ask(request);
  }

  #show(title: string, made: MadeRun, steps?: readonly string[]): Parting | undefined {
    const run = new Run(made.content);
    const parting = partingOf(this.#run, run);
    this.#set({ other: { title, run, made, parting, ...(steps === undefined ? {} : { steps }) } });
    return parting;
  }

  /** What a repeated run shows: that it is the same, or where it parts from what was recorded. */
  #agreement(made: MadeRun): string {
    const { digest, product } = made.content.summary;
    const { summary, length } = this.#run;
    if (digest === summary.digest) return `The same run: ${length} events, digest ${digest.slice(0, 16)}.`;
    const { event = 0, first = "nothing", second = "nothing" } = this.#show("run again", made) ?? {};
    throw new Error(
      `The run parts from the recording at s${event}: recorded ${first}, found ${second}. ` +
        `hbasim ${summary.product} made it, this page holds ${product}.`,
    );
  }
}

/** The laboratory of a report, and how it stands. */
export function useExperiments(report: LoadedReport, run: Run): readonly [Experiments, ExperimentState] {
  const [state, setState] = useState(NOTHING);
  const experiments = useMemo(() => new Experiments(report, run, setState), [report, run]);
  return [experiments, state];
}

function unexpected({ type }: CoreAnswer): string {
  return `the core has answered ${type}, which nobody asked for`;
}
