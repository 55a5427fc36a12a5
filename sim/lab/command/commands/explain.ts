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
import { command, HOLDS } from "../command.ts";
import { readBytes, textOf } from "../input_files.ts";
import { print } from "../terminal.ts";

/** Answers why. */
export const explain = command({
  options: {
    json: { about: "as JSON: a list of explanations, each fact with the coordinates of the events that show it" },
  },
  notes: [
    "FILE is a scenario, which is run; TRACE is what run --trace has written. The answer comes from the trace alone.",
    "WHAT is a line of the scenario, a step by its verb (login, or login:2 for the second), or an event's coordinate.",
  ],
  examples: [
    "explain scenarios/wrong_key_at_target.yaml 14",
    "explain scenarios/explicit_key_beats_group_key.yaml login",
    "explain run.cbor c130247966.s256 --json",
  ],
  run({ json }, [file, what, ...others]) {
    if (file === undefined || what === undefined || others.length > 0) {
      throw new InputError("explain takes a scenario or a trace file, and a line, a step or an event's coordinate");
    }
    const trace = traceOf(file);
    const graph = new TraceGraph(trace);
    const explanations = subjectsOf(trace, graph, what).map((event) => explainEvent(graph, event));
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

/** What a file says by itself, or what comes of running it. */
function traceOf(file: string): Trace {
  const bytes = readBytes(file);
  if (isEncodedFile(bytes)) return decodeTrace(bytes);
  const { recorder, kernel } = runScenarioText(textOf(file, bytes), file).world;
  return { events: [...recorder.events()], frequencyHz: kernel.frequencyHz, marks: recorder.marks };
}

/** The events that are asked about. */
function subjectsOf(trace: Trace, graph: TraceGraph, what: string): readonly TraceEvent[] {
  const coordinate = parseCoordinate(what);
  if (coordinate !== undefined) {
    const event = eventAt(trace.events, coordinate);
    if (event === undefined) throw new InputError(`${quoted(what)}: the trace has no such event`);
    return [event];
  }
  const steps = stepsOf(graph, what);
  return steps.flatMap(({ first, beyond }) => {
    const calls = graph.callsBetween(first, beyond);
    if (calls.length > 0) return calls;
    const last = trace.events.findLast(({ sequence }) => sequence >= first && sequence < beyond);
    return last === undefined ? [] : [last];
  });
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
