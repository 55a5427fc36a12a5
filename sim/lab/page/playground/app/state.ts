/**
 * What the playground has and does: one text, what is wrong with it, and the
 * run of it.
 *
 * @module
 */

import { useMemo, useState } from "preact/hooks";
import type { MadeRun, Subject } from "../../core/requests.ts";
import { StoppedError } from "../../app/core_client.ts";
import { partingOf } from "../../app/difference.ts";
import { momentOfAddress } from "../../app/moment.ts";
import { Run } from "../../app/run.ts";
import type { Checked, HandEdit } from "../core/requests.ts";
import type { Shared } from "./address.ts";
import { Core, failureOf, type Progress } from "./core.ts";
import type { Library } from "./gallery.ts";
import type { BesideText, TextEditor } from "./text_editor.ts";

/** After so many events of the kernel a world is a runaway: shipped scenarios have some thousands. */
const MOST_EVENTS = 100_000;
/** How long nobody types before the text is read, in milliseconds. */
const CHECK_MILLISECONDS = 250;
/** How long it may take to read a text: one with too many cases does not hold the page up. */
const MOST_CHECK_MILLISECONDS = 30_000;

/** What is written, and where its run deviates. */
export interface Draft extends BesideText {
  readonly source: string;
}

/** A run that is shown, and of which draft it is. */
export interface Shown {
  readonly draft: Draft;
  readonly subject: Subject;
  readonly run: Run;
  readonly made: MadeRun;
  /** The event that a reader sees first. */
  readonly start: number;
}

/** Where a reader begins: at a moment by its name, where the run parts from the one before, at a step by its line, at what fails. */
export type Begin =
  | { readonly moment: string }
  | { readonly parting: true }
  | { readonly line: number }
  | { readonly failure: true };

const FAILURE: Begin = { failure: true };
const PARTING: Begin = { parting: true };
const NO_MOMENT = { type: "none" } as const;

/** Waits for something, unless the work for which it is was stopped meanwhile: that ends there. */
type Awaiting = <T>(something: Promise<T>) => Promise<T>;

/** What is shown of it. */
export interface PlaygroundState {
  readonly draft: Draft;
  readonly checked: Checked;
  /** What the core does now; empty if nothing. */
  readonly busy: string;
  readonly progress: Progress;
  /** What went wrong, in a sentence that stays until it is closed. */
  readonly problem: string;
  readonly shown: Shown | undefined;
}

const UNCHECKED: Checked = { problems: [], cases: [""], stores: [{}] };
const BEGINNING: Progress = { cycle: 0, executions: 0 };

/** The playground: what is written, and what came of it. */
export class Playground {
  /** Told of each change. */
  onChange: () => void = () => {};
  /** Where the text is written. */
  editor: TextEditor | undefined;
  /** Answers while something runs, too. */
  readonly language: Core = new Core("core.js");
  readonly #runner = new Core("core.js");
  readonly #library: Library;
  #state: PlaygroundState;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The number of the newest work: no older one says or shows anything. */
  #newest = 0;

  /** Begins with a scenario. */
  constructor(library: Library, first: Shared) {
    this.#library = library;
    const draft = draftOf(first);
    this.#state = { draft, checked: UNCHECKED, busy: "", progress: BEGINNING, problem: "", shown: undefined };
    this.#runner.onProgress = (progress) => this.#set({ progress });
    this.#checkSoon();
  }

  /** All of it, as it is now. */
  get state(): PlaygroundState {
    return this.#state;
  }

  /** Somebody has written. */
  write(source: string): void {
    this.#draft({ source });
    this.#checkSoon();
  }

  /** Chooses a case and runs it. */
  choose(name: string): void {
    this.#draft({ case: name });
    this.run();
  }

  /** Takes another scenario; runs it if it is said where to begin. */
  load(shared: Shared, begin?: Begin): void {
    this.#replace(draftOf(shared));
    this.#set({ checked: UNCHECKED });
    if (begin !== undefined) {
      void this.#work("Runs", async (awaiting) => {
        this.#draft(await awaiting(this.#deviations(shared.tape, shared.recipe)));
        await this.#execute(begin, awaiting);
      });
      return;
    }
    this.stop();
    this.#set({ shown: undefined });
    this.#checkSoon();
  }

  /** Runs what is written. */
  run(begin: Begin = FAILURE): void {
    void this.#work("Runs", (awaiting) => this.#execute(begin, awaiting));
  }

  /** Ends what runs, whatever it waits for. */
  stop(): void {
    this.#newest++;
    this.#runner.stop();
    this.#set({ busy: "" });
  }

  /** Changes the text by hand and runs it. */
  change(edit: HandEdit): void {
    void this.#work("Changes the scenario", async (awaiting) => {
      const { source } = this.#state.draft;
      const { replacement } = await awaiting(this.language.ask("edited", { type: "edit", source, edit }));
      if (this.#state.draft.source !== source) return this.report(WRITTEN_MEANWHILE);
      this.editor?.apply(replacement);
      // With another store all is another run from the first boot on.
      await this.#execute(edit.kind === "store" ? FAILURE : PARTING, awaiting);
    });
  }

  /** Chance begins anew at an event. */
  fork(event: number, salt: string): void {
    const { shown, draft: { tape, recipe } } = this.#state;
    if (shown === undefined) return;
    const at = { sequence: event, cycle: shown.run.columns.cycle(event) };
    const before = recipe.filter((split) => split.at.sequence <= event && split.at.cycle <= at.cycle);
    this.#deviate(tape, [...before, { at, salt }], PARTING);
  }

  /** Without the deviation of a place. */
  straighten(place: number): void {
    const { tape, recipe } = this.#state.draft;
    this.#deviate(
      tape.filter((_, index) => index !== place),
      recipe.filter((_, index) => index + tape.length !== place),
      PARTING,
    );
  }

  /** Makes the failure that is shown smaller. */
  shrink(): void {
    const { shown, draft } = this.#state;
    if (shown === undefined) return;
    void this.#work("Makes the failure smaller", async (awaiting) => {
      // A core that was stopped holds no run any more.
      if (!this.#runner.isRunning) await awaiting(this.#runner.ask("opened", { type: "run", subject: shown.subject }));
      const { source, tape, recipe } = await awaiting(this.#runner.ask("smaller", { type: "smaller" }));
      const deviations = await awaiting(this.#deviations(tape, recipe));
      if (this.#state.draft.source !== draft.source) return this.report(WRITTEN_MEANWHILE);
      this.#replace({ ...this.#state.draft, source, case: "", ...deviations });
      await this.#execute(FAILURE, awaiting);
    });
  }

  /** Takes back what was done last, or what was written; what was beside the text then is there again with it. */
  undo(): void {
    this.editor?.undo();
  }

  /** What was beside the text is there again. */
  recall(beside: BesideText): void {
    this.#draft(beside);
    this.#checkSoon();
  }

  /** Says what went wrong, until it is closed; nothing if it is empty. */
  report(problem: string): void {
    this.#set({ problem });
  }

  #set(change: Partial<PlaygroundState>): void {
    this.#state = { ...this.#state, ...change };
    this.onChange();
  }

  #draft(change: Partial<Draft>): void {
    this.#set({ draft: { ...this.#state.draft, ...change } });
  }

  /** Another draft in the place of the one that is there, which can be had back. */
  #replace(draft: Draft): void {
    const before = this.#state.draft;
    this.editor?.replace(draft.source, { before: besideText(before), after: besideText(draft) });
    this.#draft(draft);
  }

  #checkSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), CHECK_MILLISECONDS);
  }

  async #check(): Promise<Checked> {
    const { draft } = this.#state;
    const checked = await read(this.language, this.#library, draft);
    if (this.#state.draft.source === draft.source) {
      this.#set({ checked });
      this.editor?.showProblems(checked.problems);
    }
    return checked;
  }

  /** Does something with the core; what fails is said, and nothing else changes. */
  async #work(busy: string, does: (awaiting: Awaiting) => Promise<void>): Promise<void> {
    const number = ++this.#newest;
    if (this.#runner.isBusy) this.#runner.stop();
    this.#set({ busy, progress: BEGINNING, problem: "" });
    const refuseOld = () => {
      if (number !== this.#newest) throw new StoppedError("stopped");
    };
    try {
      await does((something) => something.finally(refuseOld));
    } catch (error) {
      // What was stopped is over: another may be at work already.
      if (number === this.#newest) this.report(failureOf(error) ?? "");
    }
    if (number === this.#newest) this.#set({ busy: "" });
  }

  /** Deviations are taken when they have their form. */
  async #deviations(asked: readonly unknown[], split: readonly unknown[]) {
    const request = { type: "deviations", tape: asked, recipe: split } as const;
    const { tape, recipe, told } = await this.language.ask("deviations", request);
    return { tape, recipe, told };
  }

  #deviate(tape: readonly unknown[], recipe: readonly unknown[], begin: Begin): void {
    void this.#work("Runs", async (awaiting) => {
      const deviations = await awaiting(this.#deviations(tape, recipe));
      this.#replace({ ...this.#state.draft, ...deviations });
      await this.#execute(begin, awaiting);
    });
  }

  async #execute(begin: Begin, awaiting: Awaiting): Promise<void> {
    const { draft } = this.#state;
    const { problems, cases } = await awaiting(this.#check());
    if (problems.length > 0) return;
    if (draft.case !== "" && !cases.includes(draft.case)) {
      this.report(noCase(draft, cases));
      return this.#draft({ case: "" });
    }
    const name = draft.case === "" ? cases[0] ?? "" : draft.case;
    const { file, source, tape, recipe } = draft;
    const files = await awaiting(this.#library.modulesFor(source));
    const scenario = { file, source, files, ...(name === "" ? {} : { case: name }) };
    const subject = { scenario, tape, recipe, mostEvents: MOST_EVENTS };
    const { made } = await awaiting(this.#runner.ask("opened", { type: "run", subject }));
    if (this.#state.draft.source === source) this.#draft({ case: name });
    this.#show({ draft: { ...draft, case: name }, subject, made }, begin);
  }

  #show({ made, ...others }: Pick<Shown, "draft" | "subject" | "made">, begin: Begin): void {
    const run = new Run(made.content);
    const address = "moment" in begin ? momentOfAddress(begin.moment, run) : NO_MOMENT;
    if (address.type === "problem") this.report(address.problem);
    const start = address.type === "event" ? address.event : startOf(this.#state.shown?.run, run, begin);
    this.#set({ shown: { ...others, run, made, start } });
  }
}

/** Whether what is shown is the run of another text or case, or with other deviations, than are there now. */
export function isOld({ draft, checked: { cases }, shown }: PlaygroundState): boolean {
  if (shown === undefined) return false;
  const { source, tape, recipe, case: name } = shown.draft;
  const chosen = draft.case === "" ? cases[0] ?? "" : draft.case;
  return draft.source !== source || draft.tape !== tape || draft.recipe !== recipe || chosen !== name;
}

/** A text that comes from elsewhere, without deviations; lines end as they do in an editor, whose offsets count. */
function draftOf({ file, source, case: name }: Shared): Draft {
  return { file, source: source.replaceAll(/\r\n?/g, "\n"), case: name, tape: [], recipe: [], told: [] };
}

const WRITTEN_MEANWHILE = "The text was changed meanwhile: it stays as it is, and what was asked for is not in it.";

function besideText({ source: _, ...beside }: Draft): BesideText {
  return beside;
}

/** Some of the cases that there are: a matrix may have thousands. */
const MOST_TOLD_CASES = 5;

function noCase({ file, case: name }: Draft, cases: readonly string[]): string {
  const told = cases.slice(0, MOST_TOLD_CASES).join(", ") + (cases.length > MOST_TOLD_CASES ? ", …" : "");
  const expected = cases.length < 2 ? "it has one alone" : `expected one of ${told}`;
  return `${file} has no case "${name}": ${expected}. Nothing was run; Run takes the first.`;
}

/** The playground, and what is shown of it: looked at again with each change. */
export function usePlayground(library: Library, first: Shared): Playground {
  const [, setCount] = useState(0);
  const playground = useMemo(() => new Playground(library, first), []);
  playground.onChange = () => setCount((count) => count + 1);
  return playground;
}

/** What is wrong with a text; that it takes too long is, too. */
async function read(
  language: Core,
  library: Library,
  { file, source }: Pick<Draft, "file" | "source">,
): Promise<Checked> {
  const timer = setTimeout(() => language.stop(), MOST_CHECK_MILLISECONDS);
  try {
    const files = await library.modulesFor(source);
    return (await language.ask("checked", { type: "check", written: { file, source, files } })).checked;
  } catch (error) {
    const text = failureOf(error) ??
      `reading it takes longer than ${MOST_CHECK_MILLISECONDS / 1000} s; expected fewer cases`;
    return { problems: [{ line: 0, column: 1, text }], cases: [], stores: [] };
  } finally {
    clearTimeout(timer);
  }
}

/** A reader begins at what fails, where the run parts from the one before it, or at the end. */
function startOf(before: Run | undefined, run: Run, begin: Begin): number {
  if ("line" in begin) return run.steps.find(({ line }) => line === begin.line)?.first ?? 0;
  const failed = run.summary.failed[0]?.sequence;
  const parting = before === undefined ? undefined : partingOf(before, run)?.event;
  const own = "parting" in begin ? parting ?? failed : failed ?? parting;
  return Math.max(0, Math.min(run.length - 1, own ?? run.length - 1));
}
