/**
 * Why something happened, from the trace alone.
 *
 * @module
 */

import { candidateEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import {
  fallbacks,
  flashFailures,
  handedOver,
  interruptions,
  serviceStates,
  settingsRead,
  type Statement,
  unanswered,
} from "./circumstances.ts";
import { decisiveChain } from "./decisive_chain.ts";
import { dropsOf } from "./drops.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { type KeyChoice, keyChoices } from "./key_choices.ts";
import { lateDatagrams, unseenArrivals } from "./lateness.ts";
import { lossesOf, type Phase1Ending, phase1Endings } from "./phase1_endings.ts";
import { crowdedOut } from "./phase1_failures.ts";
import { changesBefore, firstRefusal, isRefusal } from "./refusals.ts";
import { isGood, isTransported } from "./status.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** Why something happened. */
export interface Explanation {
  /** What is explained: a call, or any other event. */
  readonly subject: Evidence;
  /** Line of the step in which it happened; 0 if that is not known. */
  readonly line: number;
  /** What came of the call; absent if nothing did, or the subject is no call. */
  readonly outcome?: Evidence & { readonly status: string; readonly isGood: boolean };
  /** Which keys were chosen among which. */
  readonly choices: readonly KeyChoice[];
  /** How attempts at phase 1 failed. */
  readonly endings: readonly Phase1Ending[];
  /** Datagrams that did not arrive as they were sent. */
  readonly losses: readonly Evidence[];
  /** Datagrams that arrived and were dropped, and why. */
  readonly drops: readonly Evidence[];
  /** What else was so: who refused, power, service, unanswered calls. */
  readonly circumstances: readonly Statement[];
  /** What the service did in an adapter's place, and what was handed over or read on the way. */
  readonly onTheWay: readonly Statement[];
  /** What led to the outcome, or to the event; calls that came back well are left out. */
  readonly chain: readonly Evidence[];
  /** What the events of the chain have read, by whoever wrote it; keys are among the choices. */
  readonly reads: readonly { readonly reader: Evidence; readonly writer: Evidence }[];
}

/**
 * Explains an event: a call or its answer as that call, with all that it led to; another event by what led to it.
 *
 * @param event One of the graph's.
 */
export function explain(graph: TraceGraph, event: TraceEvent): Explanation {
  const call = event.kind === "call" ? event : graph.callOf(event);
  const subject = call ?? event;
  const answer = call === undefined ? undefined : graph.answerTo(call);
  const causes = graph.chainTo(answer ?? event);
  const effects = call === undefined ? [] : graph.effectsOf(call);
  // What a transport has brought back well may be a refusal, which stands in the buffer.
  const bringsRefusal = answer !== undefined && isTransported(answer) && effects.some(isRefusal);
  const steps = causes.slice(Math.max(0, call === undefined ? 0 : causes.indexOf(call)));
  const chain = decisiveChain(graph, steps, subject, bringsRefusal);
  // What led to an event that is no call is all that may explain it; of a call, all that it led to.
  const events = call === undefined ? chain : effects;
  const outcome = answer === undefined ? undefined : outcomeOf(answer);
  const isRefused = outcome?.isGood === false || bringsRefusal;
  const own = new Set(events);
  const refusal = isRefused ? firstRefusal(graph, steps, own) : undefined;
  const states = serviceStates(graph, events);
  const isToldOtherwise = states.length > 0 || phase1Endings(graph, steps.filter((each) => own.has(each))).length > 0;
  const failures = [...states, ...(outcome?.isGood === true ? [] : flashFailures(events))];
  const meanwhile = [
    ...(call === undefined ? [] : unanswered(graph, events)),
    // What came behind the refusal has not led to it.
    ...interruptions(graph, subject, refusal?.event ?? answer ?? events.at(-1) ?? event),
    ...lateDatagrams(graph, events),
  ];
  // What nothing that happened explains may be explained by what was changed before.
  const isClear = failures.length + meanwhile.length > 0;
  const changes = isRefused && !isClear ? changesBefore(graph, subject) : [];
  const unseen = isClear || changes.length > 0 ? [] : unseenArrivals(graph, events);
  return {
    subject: evidenceOf(subject),
    line: graph.markOf(subject)?.line ?? 0,
    ...(outcome === undefined ? {} : { outcome }),
    choices: keyChoices(graph, events),
    endings: phase1Endings(graph, events, subject),
    losses: lossesOf(graph, events),
    drops: dropsOf(graph, events),
    circumstances: [
      ...failures,
      ...(refusal === undefined || isToldOtherwise ? [] : [{ ...evidenceOf(refusal.event), says: refusal.says }]),
      ...meanwhile,
      ...changes,
      ...unseen,
    ],
    onTheWay: [
      ...fallbacks(graph, events, answer),
      ...handedOver(graph, events),
      ...settingsRead(graph, events),
      ...(call === undefined ? [] : crowdedOut(graph, events)),
    ],
    chain: chain.map(evidenceOf),
    reads: chain.flatMap((reader) => {
      const writer = graph.at(reader.because);
      return writer === undefined || reader.kind === candidateEvent.name
        ? []
        : [{ reader: evidenceOf(reader), writer: evidenceOf(writer) }];
    }),
  };
}

function outcomeOf(answer: TraceEvent): Evidence & { readonly status: string; readonly isGood: boolean } {
  return { ...evidenceOf(answer), status: String(answer.fields["status"]), isGood: isGood(answer) };
}
