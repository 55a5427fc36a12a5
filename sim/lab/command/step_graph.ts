/**
 * A trace as a graph whose events are of the steps of a scenario, those within
 * others, too. A trace from a file tells of the outer ones alone.
 *
 * @module
 */

import { grouped } from "../../kernel/grouped.ts";
import { type Trace, TraceGraph } from "../../trace/explain/trace_graph.ts";
import type { TraceEvent, TraceMark } from "../../trace/recorder.ts";
import type { Taken } from "../scenario/taken.ts";

/** A step that can be asked about by its verb. */
export interface NamedStep {
  readonly text: string;
  /** Where the trace has its mark; `undefined` of a step within another. */
  readonly mark?: TraceGraph["steps"][number];
  /** The times that it was taken; none of a trace from a file. */
  readonly takings: readonly Taken[];
}

/** A trace with its references followed, and its steps. */
export class StepGraph extends TraceGraph {
  /** The steps that were taken, in the order in which they began. */
  readonly taken: readonly Taken[];
  readonly #owners = new Map<number, Taken>();

  /** Reads all references. */
  constructor(trace: Trace & { readonly taken: readonly Taken[] }) {
    super(trace);
    this.taken = trace.taken;
    // Of steps within others the inner ones begin later.
    for (const each of trace.taken) for (const sequence of each.own) this.#owners.set(sequence, each);
  }

  /** The step in which an event happened: the innermost. */
  override markOf(event: TraceEvent): TraceMark | undefined {
    return this.#takenOf(event) ?? super.markOf(event);
  }

  /** All steps in the order of the file, as far as they were taken. */
  get named(): readonly NamedStep[] {
    const outer = stepsOf(this.taken.filter(({ within }) => within === undefined));
    // The power comes first, in a mark of its own.
    return this.steps.flatMap((mark, index) => {
      const [first] = outer[index - 1] ?? [];
      if (first === undefined) return [{ text: mark.text, mark, takings: [] }];
      const within = this.taken.filter((each) => each.within !== undefined && outermost(each).step === first.step);
      const inner = stepsOf(within).map((takings) => ({ text: takings[0]?.text ?? "", takings }));
      return [{ text: mark.text, mark, takings: outer[index - 1] ?? [] }, ...inner];
    });
  }

  /** The calls with which a step begins what it does, its inner steps' too; or if it has none its last event. */
  eventsOf(taken: Taken): readonly TraceEvent[] {
    const calls = this.events.filter(({ sequence, kind, cause }) => {
      const owner = this.#owners.get(sequence);
      return owner !== undefined && isWithin(owner, taken) && kind === "call" && cause < owner.first;
    });
    if (calls.length > 0) return calls;
    const last = this.events.findLast((event) => {
      if (event.sequence < taken.first || event.sequence >= taken.beyond) return false;
      const step = this.#takenOf(event);
      return step !== undefined && isWithin(step, taken);
    });
    return last === undefined ? [] : [last];
  }

  /** Of steps that are taken at once that which has led to the event; none if that is not known. */
  #takenOf(event: TraceEvent): Taken | undefined {
    const { sequence } = event;
    const around = this.taken.filter(({ first, beyond }) => first <= sequence && sequence < beyond);
    let found: Taken | undefined;
    for (;;) {
      const inner = around.filter(({ within }) => within === found);
      const next = inner.length === 1 ? inner[0] : inner.find((each) => this.#hasLedTo(each, event));
      if (next === undefined) return found;
      found = next;
    }
  }

  #hasLedTo(taken: Taken, event: TraceEvent): boolean {
    const owner = this.chainTo(event).map(({ sequence }) => this.#owners.get(sequence)).findLast((each) =>
      each !== undefined
    );
    return owner !== undefined && isWithin(owner, taken);
  }
}

/** Whether a step is another one, as that was taken, or a part of it. */
export function isWithin(taken: Taken, outer: Taken): boolean {
  return taken === outer || (taken.within !== undefined && isWithin(taken.within, outer));
}

function outermost(taken: Taken): Taken {
  return taken.within === undefined ? taken : outermost(taken.within);
}

/** The times of each step, in the order of the first of them. */
function stepsOf(taken: readonly Taken[]): readonly (readonly Taken[])[] {
  return [...grouped(taken, ({ step }) => step).values()];
}
