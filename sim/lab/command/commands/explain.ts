/**
 * `hbasim explain`.
 *
 * @module
 */

import { quoted, shortened } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { isEncodedFile } from "../../../trace/cbor_file.ts";
import { eventAt, parseCoordinate } from "../../../trace/coordinate.ts";
import { explain as explainEvent } from "../../../trace/explain/explain.ts";
import { renderExplanation } from "../../../trace/explain/render_explanation.ts";
import { type Trace, TraceGraph } from "../../../trace/explain/trace_graph.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { decodeTrace } from "../../../trace/trace_file.ts";
import { runOptions } from "../../scenario/runner.ts";
import { beginScenario } from "../../scenario/scenario_course.ts";
import { takeThrough } from "../../world/course.ts";
import type { Verdict } from "../../scenario/report.ts";
import { command, HOLDS } from "../command.ts";
import { decodedAs, readBytes, textOf } from "../input_files.ts";
import { caseId, caseOperand, parametersOf, SET_OPTION } from "../case_names.ts";
import { readScenarios } from "../scenario_files.ts";
import { type LookAnswer, LookNotes, plainAnswer, renderLookAnswer } from "../look_answers.ts";
import { print } from "../terminal.ts";
import { placeOfVerdict, type VerdictPlace } from "../../scenario/verdict_place.ts";

/** Answers why. */
export const explain = command({
  options: {
    seed: { value: "TEXT", about: "of a scenario: another seed than the file's" },
    set: SET_OPTION,
    json: { about: "as JSON: a list of explanations, each fact with the coordinates of the events that show it" },
  },
  notes: [
    "FILE is a scenario, which is run; TRACE is what run --trace has written. The answer comes from the trace alone, but for looks.",
    "Of a line that looks at something: what was found, the last events that made it so, and accidents before it.",
    "Of a step that has left no event, what came last before it is explained; of an invariant, the event that broke it.",
    "WHAT is a line of the scenario, a step by its verb (login, or login:2 for the second), or an event's coordinate.",
  ],
  examples: [
    "explain scenarios/wrong_key_at_target.yaml 14",
    "explain scenarios/explicit_key_beats_group_key.yaml login",
    "explain 'replace.yaml[cut=5100us]' 12",
    "explain run.cbor c130247966.s256 --json",
  ],
  run({ json, seed, set }, [operand, what, ...others]) {
    if (operand === undefined || what === undefined || others.length > 0) {
      throw new InputError("explain takes a scenario or a trace file, and a line, a step or an event's coordinate");
    }
    const explained = traceOf(operand, { seed, set: parametersOf(set) });
    const graph = new TraceGraph(explained);
    const { looks, subjects, isBefore } = subjectsOf(explained, graph, what);
    if (subjects.length === 0 && looks.length === 0) {
      throw new InputError(`${quoted(what)}: the step has left no event, there is nothing to explain`);
    }
    const explanations = subjects.map((event) => explainEvent(graph, event));
    if (json === true) {
      print(JSON.stringify([...looks, ...explanations], undefined, 2));
      return HOLDS;
    }
    looks.forEach((look, index) => printBlock(renderLookAnswer(look), index > 0));
    explanations.forEach((explanation, index) => {
      const isFirst = index === 0;
      const heading = isFirst && isBefore ? ["the last call before it:"] : [];
      printBlock([...heading, ...renderExplanation(explanation)], !isFirst || looks.length > 0);
    });
    return HOLDS;
  },
});

function printBlock(lines: Iterable<string>, isApart: boolean): void {
  if (isApart) print("");
  for (const line of lines) print(line);
}

/** What is explained: a trace, and of a scenario what was judged and looked at besides. */
interface Explained extends Trace {
  readonly verdicts: readonly Verdict[];
  readonly looks: LookNotes;
}

/** A verdict that no event of its own step explains, and what explains it. */
interface JudgedPlace {
  readonly place?: VerdictPlace;
  readonly verdict?: Verdict;
}

/** What is asked about. */
interface Subjects {
  /** What was found that is no answer to a call. */
  readonly looks: readonly LookAnswer[];
  readonly subjects: readonly TraceEvent[];
  /** Whether these events belong to what came last before. */
  readonly isBefore: boolean;
}

/** How a scenario is run. */
interface RunGiven {
  readonly seed: string | undefined;
  readonly set: Readonly<Record<string, string>>;
}

/** What a file says by itself, or what comes of running it. */
function traceOf(operand: string, { seed, set }: RunGiven): Explained {
  const { file } = caseOperand(operand);
  const bytes = readBytes(file);
  if (isEncodedFile(bytes)) {
    if (seed === undefined && Object.keys(set).length === 0) {
      return { ...decodedAs(file, bytes, decodeTrace), verdicts: [], looks: new LookNotes() };
    }
    throw new InputError(`--seed and --set go with a scenario, ${quoted(file)} is a trace`);
  }
  const cases = readScenarios([operand], set, () => textOf(file, bytes));
  const [first] = cases;
  if (first === undefined || cases.length > 1) {
    const example = quoted(caseId(file, first?.name ?? ""));
    throw new InputError(`explain takes one case, ${quoted(file)} has ${cases.length}; name one: ${example}`);
  }
  const looks = new LookNotes();
  const { world, course } = beginScenario(first.opened, {
    ...runOptions({ file, ...(seed === undefined ? {} : { seed }) }, ""),
    onWorld: (world) => looks.watch(world),
    onLook: (looked) => looks.note(looked),
  });
  const { verdicts } = takeThrough(world.kernel, course);
  const { recorder, kernel } = world;
  return { events: [...recorder.events()], frequencyHz: kernel.frequencyHz, marks: recorder.marks, verdicts, looks };
}

/** The events that are asked about. */
function subjectsOf(trace: Explained, graph: TraceGraph, what: string): Subjects {
  const coordinate = parseCoordinate(what);
  if (coordinate !== undefined) {
    const event = eventAt(trace.events, coordinate);
    if (event === undefined) throw new InputError(`${quoted(what)}: the trace has no such event`);
    return { looks: [], subjects: [event], isBefore: false };
  }
  const { place, verdict } = verdictOf(trace, what);
  if (place?.type === "event") {
    const event = graph.at(place.coordinate.sequence);
    return { looks: [], subjects: event === undefined ? [] : [event], isBefore: false };
  }
  const steps = place === undefined ? stepsOf(graph, what) : graph.steps.slice(place.index, place.index + 1);
  const found = trace.looks.answers(verdict === undefined ? steps.map(({ line }) => line) : [verdict.line], graph);
  const isBefore = place?.isBefore === true;
  const looks = found.length === 0 && isBefore && verdict !== undefined ? [plainAnswer(verdict)] : found;
  return { looks, subjects: steps.flatMap((step) => eventsOf(trace, graph, step)), isBefore };
}

/** The calls of a step, or if it has none its last event. */
function eventsOf(
  { events }: Trace,
  graph: TraceGraph,
  { first, beyond }: TraceGraph["steps"][number],
): readonly TraceEvent[] {
  const calls = graph.callsBetween(first, beyond);
  if (calls.length > 0) return calls;
  const last = events.findLast(({ sequence }) => sequence >= first && sequence < beyond);
  return last === undefined ? [] : [last];
}

/** A verdict of a line, if no step that begins there has left an event: the first that does not hold, and its place. */
function verdictOf({ marks, events, verdicts }: Explained, what: string): JudgedPlace {
  const line = Number(what);
  const isStep = marks.some((mark, index) =>
    mark.line === line && mark.first < (marks[index + 1]?.first ?? events.length)
  );
  const [first] = verdicts.filter((verdict) => verdict.line === line).sort((a, b) => Number(a.holds) - Number(b.holds));
  if (isStep || first === undefined) return {};
  const place = placeOfVerdict(marks, first, events.length);
  return place === undefined ? {} : { place, verdict: first };
}

function stepsOf(graph: TraceGraph, what: string): TraceGraph["steps"] {
  const { steps } = graph;
  if (/^\d+$/.test(what)) {
    const found = steps.filter(({ line }) => line === Number(what) && line > 0);
    if (found.length > 0) return found;
    const lines = steps.map(({ line }) => line).filter((line) => line > 0);
    throw new InputError(`${shortened(what)}: no step begins in this line; expected one of ${lines.join(", ")}`);
  }
  const [, verb = "", nth = "1"] = /^(.*?)(?::(\d+))?$/.exec(what) ?? [];
  const named = steps.filter(({ text }) => text === verb || text.startsWith(`${verb} `));
  const step = named[Number(nth) - 1];
  if (step !== undefined) return [step];
  const verbs = [...new Set(steps.map(({ text }) => text))];
  throw new InputError(
    `${quoted(what)}: ${named.length === 0 ? "no step is called so" : `there are ${named.length}`}; ` +
      `expected a line, an event such as c130247966.s256, or one of ${verbs.join(", ")}`,
  );
}
