/**
 * `hbasim explain`.
 *
 * @module
 */

import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { isEncodedFile } from "../../../trace/cbor_file.ts";
import { eventAt, parseCoordinate } from "../../../trace/coordinate.ts";
import { explain as explainEvent } from "../../../trace/explain/explain.ts";
import { renderExplanation } from "../../../trace/explain/render_explanation.ts";
import { type Trace, TraceGraph } from "../../../trace/explain/trace_graph.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { decodeTrace } from "../../../trace/trace_file.ts";
import { runScenarioText } from "../../scenario/runner.ts";
import type { Verdict } from "../../scenario/report.ts";
import { command, HOLDS } from "../command.ts";
import { decodedAs, readBytes, textOf } from "../input_files.ts";
import { caseId, caseOperand, parametersOf, SET_OPTION } from "../case_names.ts";
import { readScenarios } from "../scenario_files.ts";
import { print } from "../terminal.ts";
import { placeOfVerdict, type VerdictPlace } from "../verdict_place.ts";

/** Answers why. */
export const explain = command({
  options: {
    seed: { value: "TEXT", about: "of a scenario: another seed than the file's" },
    set: SET_OPTION,
    json: { about: "as JSON: a list of explanations, each fact with the coordinates of the events that show it" },
  },
  notes: [
    "FILE is a scenario, which is run; TRACE is what run --trace has written. The answer comes from the trace alone.",
    "Of a line that looks at something, what came last before it is explained; of an invariant, the event that broke it.",
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
    const subjects = subjectsOf(explained, graph, what);
    if (subjects.length === 0) {
      throw new InputError(`${quoted(what)}: the step has left no event, there is nothing to explain`);
    }
    const explanations = subjects.map((event) => explainEvent(graph, event));
    if (json === true) {
      print(JSON.stringify(explanations, undefined, 2));
      return HOLDS;
    }
    explanations.forEach((explanation, index) => {
      if (index > 0) print("");
      for (const line of renderExplanation(explanation)) print(line);
    });
    return HOLDS;
  },
});

/** What is explained: a trace, and of a scenario what was judged besides. */
interface Explained extends Trace {
  readonly verdicts: readonly Verdict[];
}

/** How a scenario is run. */
interface RunGiven {
  readonly seed: string | undefined;
  readonly set: Readonly<Record<string, string>>;
}

/** What a file says by itself, or what comes of running it. */
function traceOf(operand: string, { seed, set }: RunGiven): Explained {
  const { file, name } = caseOperand(operand);
  const bytes = readBytes(file);
  if (isEncodedFile(bytes)) {
    if (seed === undefined && Object.keys(set).length === 0) {
      return { ...decodedAs(file, bytes, decodeTrace), verdicts: [] };
    }
    throw new InputError(`--seed and --set go with a scenario, ${quoted(file)} is a trace`);
  }
  const cases = readScenarios([operand], set);
  const [first] = cases;
  if (cases.length > 1 && first !== undefined) {
    const example = quoted(caseId(file, first.name));
    throw new InputError(`explain takes one case, ${file} has ${cases.length}; name one: ${example}`);
  }
  const files = first?.opened.files ?? {};
  const options = {
    set,
    files,
    ...(seed === undefined ? {} : { seed }),
    ...(name === undefined ? {} : { case: name }),
  };
  const { world: { recorder, kernel }, verdicts } = runScenarioText(textOf(file, bytes), file, options);
  return { events: [...recorder.events()], frequencyHz: kernel.frequencyHz, marks: recorder.marks, verdicts };
}

/** The events that are asked about. */
function subjectsOf(trace: Explained, graph: TraceGraph, what: string): readonly TraceEvent[] {
  const coordinate = parseCoordinate(what);
  if (coordinate !== undefined) {
    const event = eventAt(trace.events, coordinate);
    if (event === undefined) throw new InputError(`${quoted(what)}: the trace has no such event`);
    return [event];
  }
  const judged = verdictOf(trace, what);
  if (judged?.type === "event") {
    const event = graph.at(judged.coordinate.sequence);
    return event === undefined ? [] : [event];
  }
  const steps = judged === undefined ? stepsOf(graph, what) : graph.steps.slice(judged.index, judged.index + 1);
  return steps.flatMap(({ first, beyond }) => {
    const calls = graph.callsBetween(first, beyond);
    if (calls.length > 0) return calls;
    const last = trace.events.findLast(({ sequence }) => sequence >= first && sequence < beyond);
    return last === undefined ? [] : [last];
  });
}

/** Where a verdict of a line is explained, if no step that begins there has left an event: the first that does not hold. */
function verdictOf({ marks, events, verdicts }: Explained, what: string): VerdictPlace | undefined {
  const line = Number(what);
  const isStep = marks.some((mark, index) =>
    mark.line === line && mark.first < (marks[index + 1]?.first ?? events.length)
  );
  const [first] = verdicts.filter((verdict) => verdict.line === line).sort((a, b) => Number(a.holds) - Number(b.holds));
  return isStep || first === undefined ? undefined : placeOfVerdict(marks, first, events.length);
}

function stepsOf(graph: TraceGraph, what: string): TraceGraph["steps"] {
  const { steps } = graph;
  if (/^\d+$/.test(what)) {
    const found = steps.filter(({ line }) => line === Number(what) && line > 0);
    if (found.length > 0) return found;
    const lines = steps.map(({ line }) => line).filter((line) => line > 0);
    throw new InputError(`${what}: no step begins in this line; expected one of ${lines.join(", ")}`);
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
