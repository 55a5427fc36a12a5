/**
 * Expectations that do not hold, and why: from the effect to the cause, each
 * link an event of the trace.
 *
 * @module
 */

import { grouped } from "../../../kernel/grouped.ts";
import { parseCoordinate } from "../../../trace/coordinate.ts";
import { furtherDrops } from "../../../trace/explain/drops.ts";
import { evidenceOf } from "../../../trace/explain/evidence.ts";
import { explain, type Explanation } from "../../../trace/explain/explain.ts";
import { isGood } from "../../../trace/explain/status.ts";
import { winnerOf } from "../../../trace/explain/key_choices.ts";
import { TraceGraph } from "../../../trace/explain/trace_graph.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import type { Verdict } from "../../scenario/report.ts";
import { placeOfVerdict } from "../../scenario/verdict_place.ts";
import type { World } from "../../world/world.ts";

/** A link of a chain of reasons. */
export interface Reason {
  /** Whose event it is. */
  readonly who: string;
  /** What was so. */
  readonly text: string;
  /** The event; -1 if none shows it. */
  readonly sequence: number;
}

/** What does not hold in a line. */
export interface Failed {
  /** The line. */
  readonly line: number;
  /** The step, in short. */
  readonly step: string;
  /** Which verdicts, by their places. */
  readonly verdicts: readonly number[];
  /** The event that shows best what went wrong. */
  readonly sequence: number;
  /** From effect to cause. */
  readonly why: readonly Reason[];
}

/** What of a run does not hold, line by line. */
export function failedOf(world: World, verdicts: readonly Verdict[]): readonly Failed[] {
  const places = verdicts.map((verdict, index) => ({ verdict, index })).filter(({ verdict }) => !verdict.holds);
  if (places.length === 0) return [];
  const { recorder, kernel } = world;
  const events = [...recorder.events()];
  const graph = new TraceGraph({ events, frequencyHz: kernel.frequencyHz, marks: recorder.marks });
  const lines = grouped(places, ({ verdict: { line, step } }) => `${line} ${step}`);
  return [...lines.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { line, step } = first.verdict;
    const why = reasonsFor(graph, first.verdict);
    const shows = why.find(({ text }) => /^phase 1 failed|cut off/.test(text)) ?? why[0];
    return [{
      line,
      step,
      verdicts: group.map(({ index }) => index),
      sequence: shows === undefined || shows.sequence < 0 ? lastOf(graph, first.verdict) : shows.sequence,
      why,
    }];
  });
}

/** The event that a verdict is about: the answer that does not please, or the last event of its step. */
function subjectOf(graph: TraceGraph, verdict: Verdict): TraceEvent | undefined {
  const { events } = graph;
  const place = placeOfVerdict(graph.steps, verdict, events.length);
  if (place === undefined) return undefined;
  if (place.type === "event") return graph.at(place.coordinate.sequence);
  const step = graph.steps[place.index];
  if (step === undefined) return undefined;
  const calls = graph.callsBetween(step.first, step.beyond);
  const refused = calls.find((call) => {
    const answer = graph.answerTo(call);
    return answer !== undefined && !isGood(answer);
  });
  return refused ?? calls.at(-1) ?? events.findLast(({ sequence }) => sequence >= step.first && sequence < step.beyond);
}

function lastOf(graph: TraceGraph, verdict: Verdict): number {
  const subject = subjectOf(graph, verdict);
  const end = subject === undefined ? graph.events.at(-1) : graph.answerTo(subject) ?? subject;
  return end?.sequence ?? 0;
}

function reasonsFor(graph: TraceGraph, verdict: Verdict): readonly Reason[] {
  const subject = subjectOf(graph, verdict);
  if (subject === undefined) return [];
  const explanation = explain(graph, subject);
  const told = new Set<string>();
  return [...linksOf(graph, explanation)].filter(({ who, text }) => {
    const isNew = !told.has(`${who} ${text}`);
    told.add(`${who} ${text}`);
    return isNew;
  });
}

function* linksOf(graph: TraceGraph, explanation: Explanation): Generator<Reason> {
  const { subject, outcome, circumstances, onTheWay, endings, choices, losses } = explanation;
  if (outcome !== undefined) {
    const answer = graph.at(sequenceOf(outcome.at));
    yield {
      who: "API",
      text: `${answer?.fields["operation"] ?? subject.text} = ${outcome.status}`,
      sequence: sequenceOf(outcome.at),
    };
  } else yield link(graph, subject.at);
  for (const { says, at } of [...circumstances, ...onTheWay]) {
    const event = graph.at(sequenceOf(at));
    yield { who: event?.component ?? "", text: says, sequence: sequenceOf(at) };
  }
  for (const { failure, verdict, complaint } of endings) {
    for (const each of [failure, verdict, complaint]) if (each !== undefined) yield link(graph, each.at);
  }
  for (const { component, text, at } of [...losses, ...furtherDrops(explanation)]) {
    yield { who: component, text, sequence: sequenceOf(at) };
  }
  for (const choice of choices) {
    const winner = winnerOf(choice);
    const { component: who, candidates } = choice;
    const text = winner === undefined
      ? `no key: none of ${candidates.length} places has one that may be used`
      : `uses the ${winner.source} key ${winner.fingerprint} for ${winner.identity}, rank ${winner.rank} of ${candidates.length}`;
    yield { who, text, sequence: sequenceOf((winner ?? candidates[0])?.at ?? "") };
    if (winner?.origin !== undefined && winner.origin.line > 0) {
      const { operation, line, at } = winner.origin;
      yield { who: "scenario", text: `line ${line} set that key: ${operation}`, sequence: sequenceOf(at) };
    }
  }
}

function link(graph: TraceGraph, at: string): Reason {
  const sequence = sequenceOf(at);
  const event = graph.at(sequence);
  if (event === undefined) return { who: "", text: at, sequence };
  const { component, text } = evidenceOf(event);
  return { who: component, text: text.replace(/^(==|--|\.\.|##|->|<-) /, "").replace(/^phase 1: /, ""), sequence };
}

function sequenceOf(at: string): number {
  return parseCoordinate(at)?.sequence ?? -1;
}
