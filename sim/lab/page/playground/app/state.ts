/**
 * What the playground has and does: one text, what is wrong with it, and the
 * run of it.
 *
 * @module
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MadeRun } from "../../core/requests.ts";
import type { Recipe, Tape } from "../../../explore/tape/tape.ts";
import { partingOf } from "../../app/difference.ts";
import { momentOfAddress } from "../../app/moment.ts";
import { Run } from "../../app/run.ts";
import type { Checked, HandEdit } from "../core/requests.ts";
import type { Shared } from "./address.ts";
import { Core, failureOf, type Progress } from "./core.ts";
import type { Library } from "./gallery.ts";
import type { TextEditor } from "./text_editor.ts";

/** After so many events of the kernel a world is a runaway: shipped scenarios have some thousands. */
const MOST_EVENTS = 100_000;
/** How long nobody types before the text is read, in milliseconds. */
const CHECK_MILLISECONDS = 250;
/** How long it may take to read a text: one with too many cases does not hold the page up. */
const MOST_CHECK_MILLISECONDS = 8_000;

/** What is written, and where its run deviates. */
export interface Draft {
  readonly file: string;
  readonly source: string;
  /** The chosen case; empty if there is one alone. */
  readonly case: string;
  readonly tape: Tape;
  readonly recipe: Recipe;
  /** The deviations in sentences. */
  readonly told: readonly string[];
}

/** A run that is shown, and of which draft it is. */
export interface Shown {
  readonly number: number;
  readonly draft: Draft;
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

/** The playground. */
export interface Playground {
  readonly draft: Draft;
  readonly checked: Checked;
  /** What the core does now; empty if nothing. */
  readonly busy: string;
  readonly progress: Progress;
  /** What went wrong, in a sentence that stays until it is closed. */
  readonly problem: string;
  readonly shown: Shown | undefined;
  readonly language: Core;
  /** Where the editor is told of changes. */
  editor: TextEditor | undefined;
  write(source: string): void;
  choose(name: string): void;
  /** Takes another scenario; runs it if it is said where to begin. */
  load(shared: Shared, begin?: Begin): void;
  run(begin?: Begin): void;
  stop(): void;
  /** Changes the text by hand and runs it. */
  change(edit: HandEdit): void;
  /** Chance begins anew at an event. */
  fork(event: number, salt: string): void;
  /** Without the deviation of a place. */
  straighten(place: number): void;
  /** Makes the failure that is shown smaller. */
  shrink(): void;
  report(problem: string): void;
}

const UNCHECKED: Checked = { problems: [], cases: [""] };

/** A playground that begins with a scenario. */
export function usePlayground(library: Library, first: Shared): Playground {
  const [draft, setDraft] = useState<Draft>({ ...first, tape: [], recipe: [], told: [] });
  const [checked, setChecked] = useState<Checked>(UNCHECKED);
  const [busy, setBusy] = useState("");
  const [progress, setProgress] = useState<Progress>({ cycle: 0, executions: 0 });
  const [problem, report] = useState("");
  const [shown, setShown] = useState<Shown | undefined>(undefined);
  const language = useMemo(() => new Core("core.js"), []);
  const runner = useMemo(() => new Core("core.js"), []);
  runner.onProgress = setProgress;
  const editor = useRef<TextEditor | undefined>(undefined);
  // What was written last, for whoever has waited meanwhile.
  const latest = useRef(draft);
  const put = (next: Draft) => {
    latest.current = next;
    setDraft(next);
  };
  const check = async ({ file, source }: Draft): Promise<Checked> => {
    const found = await read(language, library, { file, source });
    if (latest.current.source === source) setChecked(found);
    return found;
  };
  useEffect(() => {
    const timer = setTimeout(() => void check(draft), CHECK_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [draft.source]);
  useEffect(() => editor.current?.showProblems(checked.problems), [checked]);
  const current = useRef<Shown | undefined>(undefined);
  const show = (next: Shown | undefined) => {
    current.current = next;
    setShown(next);
  };
  const work = async (what: string, does: () => Promise<void>) => {
    if (runner.isBusy) runner.stop();
    setBusy(what);
    setProgress({ cycle: 0, executions: 0 });
    report("");
    try {
      await does();
    } catch (error) {
      report(failureOf(error) ?? "");
    } finally {
      setBusy("");
    }
  };
  const execute = async (next: Draft, begin: Begin) => {
    const { problems, cases } = await check(next);
    if (problems.length > 0) return;
    const name = cases.includes(next.case) ? next.case : cases[0] ?? "";
    const meant = { ...next, case: name };
    const files = await library.modulesFor(meant.source);
    const { made } = await runner.ask("opened", {
      type: "run",
      subject: {
        scenario: { file: meant.file, source: meant.source, files, ...(name === "" ? {} : { case: name }) },
        tape: meant.tape,
        recipe: meant.recipe,
        mostEvents: MOST_EVENTS,
      },
    });
    if (latest.current.source === meant.source) put(meant);
    const run = new Run(made.content);
    const address = "moment" in begin ? momentOfAddress(begin.moment, run) : NO_MOMENT;
    if (address.type === "problem") report(address.problem);
    const before = current.current;
    const start = address.type === "event" ? address.event : startOf(before?.run, run, begin);
    show({ number: (before?.number ?? 0) + 1, draft: meant, run, made, start });
  };
  const runDraft = (next: Draft, begin: Begin) => void work("Runs", () => execute(next, begin));
  const deviate = (tape: readonly unknown[], recipe: readonly unknown[], base: Draft, begin: Begin) =>
    void work("Runs", async () => {
      const found = await language.ask("deviations", { type: "deviations", tape, recipe });
      const next = { ...base, tape: found.tape, recipe: found.recipe, told: found.told };
      put(next);
      await execute(next, begin);
    });
  return {
    draft,
    checked,
    busy,
    progress,
    problem,
    shown,
    language,
    get editor() {
      return editor.current;
    },
    set editor(next) {
      editor.current = next;
    },
    write: (source) => put({ ...latest.current, source }),
    choose: (name) => {
      const next = { ...latest.current, case: name };
      put(next);
      runDraft(next, FAILURE);
    },
    load(shared, begin) {
      const next: Draft = { ...shared, tape: [], recipe: [], told: [] };
      editor.current?.replace(shared.source);
      put(next);
      setChecked(UNCHECKED);
      if (begin === undefined) {
        runner.stop();
        show(undefined);
      } else deviate(shared.tape, shared.recipe, next, begin);
    },
    run: (begin = FAILURE) => runDraft(latest.current, begin),
    stop: () => runner.stop(),
    change: (edit) =>
      void work("Changes the scenario", async () => {
        const { source } = latest.current;
        const { replacement } = await language.ask("edited", { type: "edit", source, edit });
        if (latest.current.source !== source) return;
        editor.current?.apply(replacement);
        await execute(latest.current, PARTING);
      }),
    fork(event, salt) {
      if (shown === undefined) return;
      const at = { sequence: event, cycle: shown.run.columns.cycle(event) };
      const before = latest.current.recipe.filter((split) => split.at.sequence <= event && split.at.cycle <= at.cycle);
      deviate(latest.current.tape, [...before, { at, salt }], latest.current, PARTING);
    },
    straighten(place) {
      const { tape, recipe } = latest.current;
      deviate(
        tape.filter((_, index) => index !== place),
        recipe.filter((_, index) => index + tape.length !== place),
        latest.current,
        PARTING,
      );
    },
    shrink: () =>
      void work("Makes the failure smaller", async () => {
        const small = await runner.ask("smaller", { type: "smaller" });
        editor.current?.replace(small.source);
        const { told } = await language.ask("deviations", {
          type: "deviations",
          tape: small.tape,
          recipe: small.recipe,
        });
        const next: Draft = {
          ...latest.current,
          source: small.source,
          case: "",
          tape: small.tape,
          recipe: small.recipe,
          told,
        };
        put(next);
        await execute(next, FAILURE);
      }),
    report,
  };
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
    return { problems: [{ line: 0, column: 1, text }], cases: [] };
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
