/**
 * What of a run `hbasim explain` is asked about: a line, one of the times that
 * its step was taken, a step by its verb, an invariant by its name, an event.
 *
 * @module
 */

import { quoted, shortened } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { eventAt, parseCoordinate } from "../../trace/coordinate.ts";
import type { Trace, TraceGraph } from "../../trace/explain/trace_graph.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { invariantStep } from "../scenario/invariants.ts";
import type { Verdict } from "../scenario/report.ts";
import type { Taken } from "../scenario/step_context.ts";
import { placeOfVerdict } from "../scenario/verdict_place.ts";
import { type LookAnswer, type LookNotes, plainAnswer } from "./look_answers.ts";

/** What is explained: a trace, and of a scenario what was judged and looked at besides. */
export interface Explained extends Trace {
  readonly verdicts: readonly Verdict[];
  readonly looks: LookNotes;
  /** The steps that were taken, in order; none of a trace. */
  readonly taken: readonly Taken[];
}

/** What is asked about. */
export interface Subjects {
  /** What was found that is no answer to a call, or does not show in it. */
  readonly looks: readonly LookAnswer[];
  readonly subjects: readonly TraceEvent[];
  /** What the events are, where they are not those of what is asked about. */
  readonly heading?: string;
}

/**
 * The events that are asked about, and what was found there.
 *
 * @throws {InputError} There is nothing of the kind.
 */
export function subjectsOf(explained: Explained, graph: TraceGraph, what: string): Subjects {
  const coordinate = parseCoordinate(what);
  if (coordinate !== undefined) {
    const event = eventAt(explained.events, coordinate);
    if (event === undefined) throw new InputError(`${quoted(what)}: the trace has no such event`);
    return { looks: [], subjects: [event] };
  }
  const [, line, time] = /^(\d+)(?::(\d+))?$/.exec(what) ?? [];
  if (line !== undefined) {
    return ofLine(explained, graph, what, Number(line), time === undefined ? undefined : Number(time));
  }
  const invariant = explained.verdicts.find(({ step }) => step === invariantStep(what));
  const isVerb = graph.steps.some(({ text }) => isCalled(text, what));
  return invariant !== undefined && !isVerb
    ? besideSteps(explained, graph, invariant)
    : ofSteps(explained, graph, [stepCalled(graph, what)]);
}

/** A line: what does not hold there, and the calls of its step, or of the time it was taken in which that was so. */
function ofLine(explained: Explained, graph: TraceGraph, what: string, line: number, time?: number): Subjects {
  const { verdicts, marks, events, taken } = explained;
  const times = timesOf(taken, line);
  if (time !== undefined && !times.some(({ taking }) => taking === time)) throw notTaken(what, line, times.length);
  const own = verdicts.filter((each) => each.line === line && (time === undefined || (each.taking ?? 1) === time));
  const failed = own.find(({ holds }) => !holds);
  const first = failed ?? own[0];
  if (first !== undefined && isBesideSteps(first)) return besideSteps(explained, graph, first);
  const steps = stepsIn(graph, line, events.length);
  const wanted = time ?? (failed === undefined ? undefined : failed.taking ?? 1);
  // Of a step that is taken again and again, or within others, the one time.
  const window = times.length > 1 || steps.length === 0
    ? times.find(({ taking }) => taking === (wanted ?? 1))
    : undefined;
  const isOneTime = window !== undefined && (time ?? failed) !== undefined && window.first < window.beyond;
  if (isOneTime) {
    const subjects = eventsOf(explained, graph, window);
    return { looks: findings(explained, graph, own, subjects, wanted), subjects };
  }
  if (steps.length > 0) return ofSteps(explained, graph, steps);
  const place = first === undefined ? undefined : placeOfVerdict(marks, first, events.length);
  if (first === undefined) throw noStep(graph, what);
  const step = place?.type === "step" ? graph.steps[place.index] : undefined;
  const subjects = step === undefined ? [] : eventsOf(explained, graph, step);
  const looks = findings(explained, graph, own, subjects);
  const isBefore = place?.type === "step" && place.isBefore;
  return {
    looks: looks.length === 0 && isBefore ? [plainAnswer(first)] : looks,
    subjects,
    ...(isBefore ? { heading: "the last call before it" } : {}),
  };
}

/** The times that the step of a line was taken; steps that stand in one line, one within the other, are taken together. */
function timesOf(taken: readonly Taken[], line: number): readonly Taken[] {
  const own = Map.groupBy(taken.filter((each) => each.line === line), ({ taking }) => taking);
  return [...own].map(([taking, each]) => ({
    line,
    taking,
    first: Math.min(...each.map(({ first }) => first)),
    beyond: Math.max(...each.map(({ beyond }) => beyond)),
  }));
}

/** Steps as a whole: faults of theirs stand in lines of their own. */
function ofSteps(explained: Explained, graph: TraceGraph, steps: TraceGraph["steps"]): Subjects {
  const { marks, verdicts, events } = explained;
  const lines = steps.map(({ line }) => line);
  const own = verdicts.filter((verdict) => {
    if (lines.includes(verdict.line)) return true;
    const place = placeOfVerdict(marks, verdict, events.length);
    return place?.type === "step" && !place.isBefore && lines.includes(marks[place.index]?.line ?? -1);
  });
  const subjects = steps.flatMap((step) => eventsOf(explained, graph, step));
  return { looks: findings(explained, graph, own, subjects), subjects };
}

/** What was found by looks, and else what does not hold and is not what a call came to. */
function findings(
  { looks }: Explained,
  graph: TraceGraph,
  verdicts: readonly Verdict[],
  subjects: readonly TraceEvent[],
  time?: number,
): readonly LookAnswer[] {
  const lines = [...new Set(verdicts.map(({ line }) => line))];
  const found = looks.answers(lines, graph).filter((look) =>
    look.holds || time === undefined || (look.taking ?? 1) === time
  );
  const outcomes = new Set(subjects.map((each) => graph.answerTo(each)?.fields["status"]));
  const others = verdicts.filter(({ line, expected, actual, holds }) =>
    !holds && !outcomes.has(actual) && !found.some((look) => look.line === line && look.expected === expected)
  );
  const failed = [...found.filter(({ holds }) => !holds), ...others.map(plainAnswer)];
  return failed.length > 0 ? failed : found;
}

/** What stands beside the steps, not within one: invariants, and faults of the whole run. */
function isBesideSteps({ step }: Verdict): boolean {
  return step.startsWith("invariant ") || step === "the run";
}

/** What has broken it: an accident, or the last event that could, and the call from outside behind that. */
function besideSteps({ looks, marks, events }: Explained, graph: TraceGraph, verdict: Verdict): Subjects {
  const { line, expected } = verdict;
  const own = looks.answers([line], graph).filter((look) => look.expected === expected);
  const isByEvent = placeOfVerdict(marks, verdict, events.length)?.type === "event";
  const last = isByEvent ? looks.lastOf(verdict) : undefined;
  const [call] = last === undefined ? [] : graph.chainTo(last);
  return {
    looks: own.length > 0 ? own : [plainAnswer(verdict)],
    subjects: call?.kind === "call" ? [call] : [],
    heading: "the call behind the last of them",
  };
}

/** The calls of a part of the trace, or if it has none its last event. */
function eventsOf(
  { events }: Trace,
  graph: TraceGraph,
  { first, beyond }: Pick<Taken, "first" | "beyond">,
): readonly TraceEvent[] {
  const calls = graph.callsBetween(first, beyond);
  if (calls.length > 0) return calls;
  const last = events.findLast(({ sequence }) => sequence >= first && sequence < beyond);
  return last === undefined ? [] : [last];
}

/** The steps that begin in a line and have left events. */
function stepsIn(graph: TraceGraph, line: number, events: number): TraceGraph["steps"] {
  return graph.steps.filter((step) => step.line === line && line > 0 && step.first < Math.min(step.beyond, events));
}

function isCalled(text: string, verb: string): boolean {
  return text === verb || text.startsWith(`${verb} `);
}

function stepCalled({ steps }: TraceGraph, what: string): TraceGraph["steps"][number] {
  const [, verb = "", nth = "1"] = /^(.*?)(?::(\d+))?$/.exec(what) ?? [];
  const named = steps.filter(({ text }) => isCalled(text, verb));
  const step = named[Number(nth) - 1];
  if (step !== undefined) return step;
  const verbs = [...new Set(steps.map(({ text }) => text))];
  throw new InputError(
    `${quoted(what)}: ${named.length === 0 ? "no step is called so" : `there are ${named.length}`}; ` +
      `expected a line, an event such as c130247966.s256, or one of ${verbs.join(", ")}`,
  );
}

function noStep({ steps }: TraceGraph, what: string): InputError {
  const lines = steps.map(({ line }) => line).filter((line) => line > 0);
  return new InputError(`${shortened(what)}: no step begins in this line; expected one of ${lines.join(", ")}`);
}

function notTaken(what: string, line: number, times: number): InputError {
  return new InputError(
    times === 0
      ? `${quoted(what)}: how often a step was taken is known of a scenario whose step begins there; expected ${line}`
      : `${quoted(what)}: the step was taken ${times} times; expected ${line}:1..${line}:${times}`,
  );
}
