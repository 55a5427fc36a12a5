/**
 * The look at the trace: what was seen, what never, and what before what.
 *
 * @module
 */

import { alternatives } from "../../../shape/alternatives.ts";
import { doc, mapping, optional, pair } from "../../../shape/shape.ts";
import { formatCoordinate } from "../../../trace/coordinate.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { describeEvent } from "../../../trace/describe_event.ts";
import { describePattern, eventFits, type EventPattern } from "../../faults/event_pattern.ts";
import { checkEvent, EVENT } from "../event_shape.ts";
import type { World } from "../../world/world.ts";
import { type EventTest, type Finding, look, titledLook, type Window } from "./look.ts";

/** Looks at the trace. */
export const TRACE_LOOKS = {
  trace: look({
    doc: "What the trace tells.",
    shape: titledLook(
      "trace",
      mapping({
        seen: doc("An event that must have happened.", optional(EVENT)),
        never: doc("Or one that must not.", optional(EVENT)),
        before: doc("Or two, of which the first one of the first kind must have come first.", optional(pair(EVENT))),
      }, ({ seen, never, before }) => {
        const given = [seen, never, before].filter((each) => each !== undefined);
        if (given.length === 1) return undefined;
        return { path: "", given: `${given.length} of them`, accepted: alternatives(["seen", "never", "before"]) };
      }),
    ),
    check({ seen, never, before = [] }, check) {
      if (seen !== undefined) checkEvent(seen, check.part("seen"));
      if (never !== undefined) checkEvent(never, check.part("never"));
      before.forEach((each, index) => checkEvent(each, check.part("before", index)));
    },
    shownBy: ({ seen, never, before = [] }) => showing([seen, never, ...before].filter((each) => each !== undefined)),
    find({ seen, never, before = [] }, world, window) {
      if (seen !== undefined) {
        const found = firstOf(seen, world, window);
        return { expected: describePattern(seen), actual: tell(found), holds: found !== undefined };
      }
      if (never !== undefined) {
        const found = firstOf(never, world, window);
        return { expected: `no ${describePattern(never)}`, actual: tell(found), holds: found === undefined };
      }
      const [first, second] = before;
      return first === undefined || second === undefined ? NEITHER : inOrder(first, second, world, window);
    },
  }),
};

/** Events that fit one of some patterns, and else those of the same kind and component, or of the component at least. */
export function showing(patterns: readonly EventPattern[]): readonly EventTest[] {
  const ofComponent = patterns.flatMap(({ component }): EventPattern[] =>
    component === undefined ? [] : [{ component }]
  );
  const like = patterns.map(({ component, kind }): EventPattern => ({
    ...(component === undefined ? {} : { component }),
    ...(kind === undefined ? {} : { kind }),
  }));
  return [patterns, like, ofComponent].map((each) => {
    const tests = each.map(eventFits);
    return (event) => tests.some((fits) => fits(event));
  });
}

/** The shape has looked that there is one. */
const NEITHER: Finding = { expected: "an event", actual: "none", holds: false };

function inOrder(first: EventPattern, second: EventPattern, world: World, window: Window): Finding {
  const [one, other] = [firstOf(first, world, window), firstOf(second, world, window)];
  return {
    expected: `${describePattern(first)} before ${describePattern(second)}`,
    actual: `${tell(one)}, and ${tell(other)}`,
    holds: one !== undefined && other !== undefined && one.sequence < other.sequence,
  };
}

function firstOf(pattern: EventPattern, { recorder }: World, { firstEvent }: Window): TraceEvent | undefined {
  const fits = eventFits(pattern);
  for (let sequence = firstEvent; sequence < recorder.length; sequence++) {
    const event = recorder.at(sequence);
    if (fits(event)) return event;
  }
  return undefined;
}

function tell(event: TraceEvent | undefined): string {
  if (event === undefined) return "none";
  const { component, kind } = event;
  return `${component} at ${formatCoordinate(event)}: ${describeEvent(event) ?? kind}`;
}
