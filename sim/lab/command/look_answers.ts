/**
 * What looks have found, and what made it so: the last events before a look
 * that can change what it finds or are what it looks for, and accidents, which
 * may leave no event.
 *
 * @module
 */

import { describeOrigin, type Evidence, evidenceOf, type Origin, originOf } from "../../trace/explain/evidence.ts";
import type { TraceGraph } from "../../trace/explain/trace_graph.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { padToColumns } from "../../trace/text_columns.ts";
import type { Verdict } from "../scenario/report.ts";
import type { Looked } from "../scenario/step_context.ts";
import type { World } from "../world/world.ts";
import { type Accident, type AccidentNotes, renderAccidents } from "./accident_notes.ts";

/** How many events are told of a look. */
const MOST_TOLD = 5;

/** What is answered of a verdict that no call of its line explains. */
export interface LookAnswer extends Pick<Verdict, "line" | "step" | "expected" | "actual" | "holds" | "taking"> {
  /** The last events before it that made it so, in order, each with the call from outside that it goes back to. */
  readonly madeBy: readonly (Evidence & { readonly origin?: Origin })[];
  /** The last accidents before it, in order. */
  readonly accidents: readonly Accident[];
}

/** A look, with how much had happened before it. */
interface Noted extends Looked {
  readonly events: number;
  readonly accidents: number;
}

/** Notes the looks of one run. */
export class LookNotes {
  /** By what was looked for and where, those of a step that is taken again and again in order. */
  readonly #notes = new Map<string, Noted[]>();
  readonly #accidents: AccidentNotes;
  #world: World | undefined;

  /** Tells with them the accidents that are noted. */
  constructor(accidents: AccidentNotes) {
    this.#accidents = accidents;
  }

  /** The world whose looks these are. */
  watch(world: World): void {
    this.#world = world;
  }

  /** Hears of a look. */
  note(looked: Looked): void {
    const noted = { ...looked, events: this.#world?.recorder.length ?? 0, accidents: this.#accidents.count };
    const key = keyOf(looked);
    const before = this.#notes.get(key);
    if (before === undefined) this.#notes.set(key, [noted]);
    else before.push(noted);
  }

  /**
   * The answers for the looks of some lines: those that do not hold, or all if all hold.
   *
   * @param time Which time the step was taken; the first time in which a look does not hold by default, or else the last.
   */
  answers(lines: readonly number[], graph: TraceGraph, time?: number): readonly LookAnswer[] {
    const all = [...this.#notes.values()].flatMap((notes) => {
      const told = time === undefined ? decisive(notes) : notes.find(({ taking = 1 }) => taking === time);
      return told === undefined || !lines.includes(told.line) ? [] : [told];
    });
    const failed = all.filter(({ holds }) => !holds);
    return (failed.length > 0 ? failed : all).map((noted) => {
      const { shownBy: _, events: __, accidents, ...looked } = noted;
      const madeBy = this.#eventsOf(noted).map((event) => {
        const origin = originOf(graph, event);
        return { ...evidenceOf(event), ...(origin === undefined ? {} : { origin }) };
      });
      return { ...looked, madeBy, accidents: this.#accidents.last(accidents) };
    });
  }

  /** The last event that made a look so. */
  lastOf(verdict: Verdict): TraceEvent | undefined {
    const noted = decisive(this.#notes.get(keyOf(verdict)) ?? []);
    return noted === undefined ? undefined : this.#eventsOf(noted).at(-1);
  }

  #eventsOf({ shownBy, events }: Noted): readonly TraceEvent[] {
    const recorder = this.#world?.recorder;
    if (recorder === undefined) return [];
    for (const isMeant of shownBy) {
      const found: TraceEvent[] = [];
      for (let sequence = events - 1; sequence >= 0 && found.length < MOST_TOLD; sequence--) {
        const event = recorder.at(sequence);
        if (isMeant(event)) found.push(event);
      }
      if (found.length > 0) return found.reverse();
    }
    return [];
  }
}

function keyOf({ line, expected }: Pick<Verdict, "line" | "expected">): string {
  return `${line} ${expected}`;
}

/** Of a look that is taken again and again the first that does not hold, or else the last. */
function decisive(notes: readonly Noted[]): Noted | undefined {
  return notes.find(({ holds }) => !holds) ?? notes.at(-1);
}

/** The answer for a verdict that no look has led to. */
export function plainAnswer({ line, step, expected, actual, holds, taking }: Verdict): LookAnswer {
  const time = taking === undefined ? {} : { taking };
  return { line, step, expected, actual, holds, ...time, madeBy: [], accidents: [] };
}

/** An answer as lines for people. */
export function* renderLookAnswer(answer: LookAnswer): Generator<string> {
  const { line, step, expected, actual, holds, madeBy, accidents } = answer;
  yield `line ${line}  ${step}`;
  yield `${holds ? "holds" : "does not hold"}: expected ${expected}`;
  yield `found: ${actual}`;
  if (madeBy.length > 0) yield "the last events that made it so:";
  for (const { at, component, text, origin } of madeBy) {
    const from = origin === undefined || origin.at === at ? "" : `  ${describeOrigin(origin)}`;
    yield `  ${at.padEnd(20)} ${padToColumns(component, 18)} ${text}${from}`;
  }
  yield* renderAccidents("accidents before it", accidents);
}
