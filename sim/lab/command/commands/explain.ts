/**
 * `hbasim explain`.
 *
 * @module
 */

import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { isEncodedFile } from "../../../trace/cbor_file.ts";
import { explain as explainEvent, type Explanation } from "../../../trace/explain/explain.ts";
import { renderExplanation } from "../../../trace/explain/render_explanation.ts";
import { adaptersOf } from "../../../trace/explain/adapters_of.ts";
import type { Trace } from "../../../trace/explain/trace_graph.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { traceReading } from "../../../trace/trace_file.ts";
import { runOptions } from "../../scenario/runner.ts";
import type { Taken } from "../../scenario/taken.ts";
import { AccidentNotes, type AccidentsAround, renderAccidents } from "../accident_notes.ts";
import { type Explained, subjectsOf } from "../asked_about.ts";
import { command, HOLDS } from "../command.ts";
import { fitting, WIDE_OPTION } from "../fitting.ts";
import { readBytes, readInStages, textOf } from "../input_files.ts";
import { caseId, caseOperand, parametersOf, SET_OPTION } from "../case_names.ts";
import { interruptedCode, listenForInterruption } from "../interruption.ts";
import { RunProgress } from "../progress.ts";
import { readScenarios, type SourceCase } from "../scenario_files.ts";
import { refuseSeed } from "../seed_option.ts";
import { runInSlices } from "../sliced_run.ts";
import { StepGraph } from "../step_graph.ts";
import { LookNotes, renderLookAnswer } from "../look_answers.ts";
import { print, tell } from "../terminal.ts";
import { watched } from "../watched_work.ts";

/** Answers why. */
export const explain = command({
  options: {
    seed: { value: "TEXT", about: "of a scenario: another seed than the file's" },
    set: SET_OPTION,
    json: { about: "as JSON: a list of explanations, each fact with the coordinates of the events that show it" },
    ...WIDE_OPTION,
  },
  notes: [
    "FILE is a scenario, which is run; TRACE is what run --trace has written. The answer comes from the trace alone, but for",
    "looks and accidents, of which a trace tells nothing.",
    "Of a line that looks at something: what was found, the last events that made it so, and accidents before it.",
    "Of a step that has left no event, what came last before it is explained; of an invariant, what has broken it.",
    "WHAT is a line of the scenario, a step by its verb (login, or login:2 for the second), an invariant by its name, or an",
    "event's coordinate. Of a step that is taken several times the first that failed is explained; 6:3 is the third of line 6.",
    "On a terminal a line tells how far a long run is; Ctrl-C ends it with 130: the answer is of what was until then.",
    "Of a block the first step in it that failed; of a scenario the steps within blocks have lines and verbs, too.",
  ],
  examples: [
    "explain scenarios/wrong_key_at_target.yaml 14",
    "explain scenarios/explicit_key_beats_group_key.yaml login",
    "explain 'replace.yaml[cut=5100us]' 12",
    "explain run.cbor c130247966.s256 --json",
  ],
  async run({ json, seed, set, wide }, [operand, what, ...others]) {
    if (operand === undefined || what === undefined || others.length > 0) {
      throw new InputError("explain takes a scenario or a trace file, and a line, a step or an event's coordinate");
    }
    const { file } = caseOperand(operand);
    const bytes = readBytes(file);
    const run = { seed, set: parametersOf(set) };
    const look = { json: json === true, fit: fitting(wide) };
    if (isEncodedFile(bytes)) {
      if (seed !== undefined || Object.keys(run.set).length > 0) {
        throw new InputError(`--seed and --set go with a scenario, ${quoted(file)} is a trace`);
      }
      return await watched(false, async (watch) => {
        tellAnswer(ofTrace(await readInStages(file, traceReading, watch, bytes)), what, look);
        return HOLDS;
      });
    }
    const explained = await runOf(operand, textOf(file, bytes), run);
    const { interrupted } = explained;
    const answer = () => tellAnswer(explained, what, look);
    if (interrupted === undefined) {
      answer();
      return HOLDS;
    }
    const until = `hbasim: interrupted after ${explained.events.length} events`;
    try {
      tell(`${until}: what comes later is not in the answer`);
      answer();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      tell(`hbasim: until then there is no answer: ${error.message}`);
    }
    return interrupted;
  },
});

/** How an answer is printed. */
interface Look {
  readonly json: boolean;
  readonly fit: (line: string) => string;
}

/**
 * Looks for what is asked about, and explains it.
 *
 * @throws {InputError} There is nothing of the kind.
 */
function tellAnswer(explained: ExplainedRun, what: string, { json, fit }: Look): void {
  const graph = new StepGraph(explained);
  const { looks, subjects, heading } = subjectsOf(explained, graph, what);
  if (subjects.length === 0 && looks.length === 0) {
    throw new InputError(`${quoted(what)}: the step has left no event, there is nothing to explain`);
  }
  const explanations = subjects.map((event) => withAccidents(explainEvent(graph, event), explained, graph, event));
  if (json) return print(JSON.stringify([...looks, ...explanations], undefined, 2));
  looks.forEach((look, index) => printBlock(renderLookAnswer(look), index > 0, fit));
  explanations.forEach((explanation, index) => {
    const isFirst = index === 0;
    const title = isFirst && heading !== undefined ? [`${heading}:`] : [];
    printBlock([...title, ...linesOf(explanation)], !isFirst || looks.length > 0, fit);
  });
}

function printBlock(lines: Iterable<string>, isApart: boolean, fit: (line: string) => string): void {
  if (isApart) print("");
  for (const line of lines) print(fit(line));
}

/** An explanation, with the accidents around it: those before it, if it has not come to anything good. */
type WithAccidents = Explanation & Partial<AccidentsAround>;

function withAccidents(
  explanation: Explanation,
  { accidents }: ExplainedRun,
  graph: StepGraph,
  event: TraceEvent,
): WithAccidents {
  const call = event.kind === "call" ? event : graph.callOf(event);
  if (call === undefined || accidents === undefined) return explanation;
  const end = graph.answerTo(call)?.sequence ?? Infinity;
  const { before, meanwhile } = accidents.around(call.sequence, end, adaptersOf(graph.effectsOf(call)));
  return { ...explanation, ...(explanation.outcome?.isGood === true ? {} : { before }), meanwhile };
}

function* linesOf({ before = [], meanwhile = [], ...explanation }: WithAccidents): Generator<string> {
  yield* renderExplanation(explanation);
  yield* renderAccidents("accidents meanwhile", meanwhile);
  yield* renderAccidents("accidents before it", before);
}

/** What is explained, with the accidents of a scenario's run. */
interface ExplainedRun extends Explained {
  readonly accidents?: AccidentNotes;
  /** The exit code of a run that was ended before its end. */
  readonly interrupted?: number;
}

/** How a scenario is run. */
interface RunGiven {
  readonly seed: string | undefined;
  readonly set: Readonly<Record<string, string>>;
}

/** A trace, of which nothing is known but what it says. */
function ofTrace(trace: Trace): ExplainedRun {
  return { ...trace, verdicts: [], taken: [], looks: new LookNotes(new AccidentNotes()) };
}

/** What comes of running the one case of a scenario. */
async function runOf(operand: string, text: string, { seed, set }: RunGiven): Promise<ExplainedRun> {
  const { file } = caseOperand(operand);
  const cases = readScenarios([operand], set, () => text);
  const [first] = cases;
  if (first === undefined || cases.length > 1) {
    const example = quoted(caseId(file, first?.name ?? ""));
    throw new InputError(`explain takes one case, ${quoted(file)} has ${cases.length}; name one: ${example}`);
  }
  refuseSeed(seed, first.name);
  return await ranOf(first, seed);
}

/** What comes of running a case, to its end or until the user wishes one. */
async function ranOf({ file, opened }: SourceCase, seed: string | undefined): Promise<ExplainedRun> {
  const accidents = new AccidentNotes();
  const looks = new LookNotes(accidents);
  const taken: Taken[] = [];
  const { signal, close } = listenForInterruption();
  const progress = new RunProgress();
  try {
    const { verdicts, interrupted, world: { recorder, kernel: { frequencyHz } } } = await runInSlices(opened, {
      ...runOptions({ file, ...(seed === undefined ? {} : { seed }) }, ""),
      onWorld(world) {
        accidents.watch(world);
        looks.watch(world);
      },
      onTaken: (each) => taken.push(each),
      onLook: (looked) => looks.note(looked),
    }, { interruption: signal, progress });
    const trace = { events: [...recorder.events()], frequencyHz, marks: recorder.marks };
    const end = interrupted ? { interrupted: interruptedCode(signal) } : {};
    return { ...trace, verdicts, looks, taken, accidents, ...end };
  } finally {
    progress.clear();
    close();
  }
}
