/**
 * What of a run `hbasim explain` is asked about: a line, one of the times that
 * its step was taken, a step by its verb, an invariant by its name, an event.
 *
 * @module
 */

import { quoted, shortened } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { alternatives } from "../../shape/alternatives.ts";
import { eventAt, parseCoordinate } from "../../trace/coordinate.ts";
import type { Trace, TraceGraph } from "../../trace/explain/trace_graph.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { invariantStep } from "../scenario/invariants.ts";
import type { Verdict } from "../scenario/report.ts";
import type { Taken } from "../scenario/taken.ts";
import { placeOfVerdict } from "../scenario/verdict_place.ts";
import { type LookAnswer, type LookNotes, plainAnswer } from "./look_answers.ts";
import { isWithin, type NamedStep, type StepGraph } from "./step_graph.ts";

/** What is explained: a trace, and of a scenario what was judged and looked at besides. */
export interface Explained extends Trace {
  readonly verdicts: readonly Verdict[];
  readonly looks: LookNotes;
  /** The steps that were taken, in the order in which they began; none of a trace. */
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
export function subjectsOf(explained: Explained, graph: StepGraph, what: string): Subjects {
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
  const { named } = graph;
  const isVerb = named.some(({ text }) => isCalled(text, what));
  return invariant !== undefined && !isVerb
    ? besideSteps(explained, graph, invariant)
    : ofStep(explained, graph, stepCalled(named, what));
}

/** A line: what does not hold there, and the calls of its step, or of the time it was taken in which that was so. */
function ofLine(explained: Explained, graph: StepGraph, what: string, line: number, time?: number): Subjects {
  const { verdicts, marks, events } = explained;
  const takings = graph.taken.filter((each) => each.line === line);
  const times = [...new Set(takings.map(({ taking }) => taking))];
  if (time !== undefined && !times.includes(time)) throw notTaken(what, line, times.length);
  const own = verdicts.filter((each) => each.line === line && isOfTime(each, time));
  const failed = own.find(({ holds }) => !holds);
  const first = failed ?? own[0];
  if (first !== undefined && isBesideSteps(first)) return besideSteps(explained, graph, first);
  const inner = failed === undefined ? failedWithin(explained, graph, line, time) : undefined;
  if (inner !== undefined) return ofLine(explained, graph, what, inner.line, inner.taking ?? 1);
  const steps = stepsIn(graph, line, events.length);
  const wanted = time ?? (failed === undefined ? undefined : failed.taking ?? 1);
  // Of a step that is taken again and again, or within others, the one time.
  const isOne = steps.length === 0 || (times.length > 1 && wanted !== undefined);
  const parts = isOne ? takings.filter(({ taking }) => taking === (wanted ?? 1)) : [];
  const subjects = subjectsIn(graph, parts);
  const looks = findings(
    explained,
    graph,
    own.filter((each) => isOfTime(each, isOne ? wanted : time)),
    subjects,
    wanted,
  );
  if (subjects.length > 0) return { looks, subjects };
  if (steps.length > 0) return ofMarks(explained, graph, steps);
  if (first === undefined && parts.length === 0) throw noStep(graph, what);
  if (first === undefined) return { looks, subjects };
  const place = placeOfVerdict(marks, first, events.length);
  const step = place?.type === "step" ? graph.steps[place.index] : undefined;
  const isBefore = place?.type === "step" && (place.isBefore || parts.length > 0);
  return {
    looks: looks.length === 0 && isBefore ? [plainAnswer(first)] : looks,
    subjects: step === undefined ? [] : callsOf(explained, graph, step),
    ...(isBefore ? { heading: "the last call before it" } : {}),
  };
}

function isOfTime({ taking = 1 }: Pick<Verdict, "taking">, time: number | undefined): boolean {
  return time === undefined || taking === time;
}

/** The first that does not hold within the steps of a line, where the line's own do. */
function failedWithin({ verdicts }: Explained, { taken }: StepGraph, line: number, time?: number): Verdict | undefined {
  const outer = taken.filter((each) => each.line === line && isOfTime(each, time));
  return verdicts.find((verdict) =>
    !verdict.holds && verdict.line !== line &&
    taken.some((each) =>
      each.line === verdict.line && isOfTime(verdict, each.taking) && outer.some((around) => isWithin(each, around))
    )
  );
}

function subjectsIn(graph: StepGraph, parts: readonly Taken[]): readonly TraceEvent[] {
  const events = new Set(parts.flatMap((each) => graph.eventsOf(each)));
  return [...events].sort((a, b) => a.sequence - b.sequence);
}

/** A step as a whole, by its verb: of one within others what does not hold, and the time in which that was so. */
function ofStep(explained: Explained, graph: StepGraph, { mark, takings }: NamedStep): Subjects {
  if (mark !== undefined) return ofMarks(explained, graph, [mark]);
  const own = explained.verdicts.filter(({ line, ...verdict }) =>
    takings.some((each) => each.line === line && isOfTime(verdict, each.taking))
  );
  const failed = own.find(({ holds }) => !holds);
  const time = failed === undefined ? undefined : failed.taking ?? 1;
  const subjects = subjectsIn(graph, takings.filter((each) => isOfTime(each, time)));
  return { looks: findings(explained, graph, own.filter((each) => isOfTime(each, time)), subjects, time), subjects };
}

/** Steps as a whole: faults of theirs stand in lines of their own. */
function ofMarks(explained: Explained, graph: TraceGraph, steps: TraceGraph["steps"]): Subjects {
  const { marks, verdicts, events } = explained;
  const lines = steps.map(({ line }) => line);
  const own = verdicts.filter((verdict) => {
    if (lines.includes(verdict.line)) return true;
    const place = placeOfVerdict(marks, verdict, events.length);
    return place?.type === "step" && !place.isBefore && lines.includes(marks[place.index]?.line ?? -1);
  });
  const subjects = steps.flatMap((step) => callsOf(explained, graph, step));
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
  const found = looks.answers(lines, graph, time);
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
function callsOf({ events }: Trace, graph: TraceGraph, { first, beyond }: TraceGraph["steps"][number]) {
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

function stepCalled(steps: readonly NamedStep[], what: string): NamedStep {
  const [, verb = "", nth = "1"] = /^(.*?)(?::(\d+))?$/.exec(what) ?? [];
  const named = steps.filter(({ text }) => isCalled(text, verb));
  const step = named[Number(nth) - 1];
  if (step !== undefined) return step;
  const verbs = [...new Set(steps.map(({ text }) => text))];
  throw new InputError(
    `${quoted(what)}: ${named.length === 0 ? "no step is called so" : `there are ${named.length}`}; ` +
      `expected a line, an event such as c130247966.s256, or one of ${alternatives(verbs)}`,
  );
}

function noStep({ steps, taken }: StepGraph, what: string): InputError {
  const lines = [...steps, ...taken].map(({ line }) => line).filter((line) => line > 0).sort((a, b) => a - b);
  const known = alternatives(new Set(lines));
  return new InputError(`${shortened(what)}: no step begins in this line; expected one of ${known}`);
}

function notTaken(what: string, line: number, times: number): InputError {
  return new InputError(
    times === 0
      ? `${quoted(what)}: how often a step was taken is known of a scenario whose step begins there; expected ${line}`
      : times === 1
      ? `${quoted(what)}: the step was taken once; expected ${line}`
      : `${quoted(what)}: the step was taken ${times} times; expected ${line}:1..${line}:${times}`,
  );
}
