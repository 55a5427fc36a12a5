/**
 * Whether a fault, or an accident, can happen in a world at all.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import type { World } from "../world/world.ts";
import { type Accident, impossibleWay, misplacedAccident, tooShort } from "./accidents.ts";
import { contradiction } from "./event_kinds.ts";
import { type EventPattern, foreignWord } from "./event_pattern.ts";
import { type Anchor, type Fault, FAULT_ANCHORS, isAccident, isOfAdapter, type OperationAnchor } from "./fault.ts";
import { malformedAccident, malformedFault } from "./fault_reader.ts";
import type { Impossible } from "./impossible.ts";

/** Why an accident cannot happen in a world; `undefined` if it can. */
export function impossibleAccident(accident: Accident, world: World): Impossible | undefined {
  return malformedAccident(accident) ?? misplacedAccident(accident, world);
}

/** Why a fault cannot happen in a world; `undefined` if it can. */
export function impossibleFault(fault: Fault, world: World): Impossible | undefined {
  const malformed = malformedFault(fault);
  if (malformed !== undefined) return malformed;
  const { harm, anchor, after } = fault;
  const impossible = isAccident(harm)
    ? misplacedAccident(harm, world)
    : tooShort("by", "by" in harm ? harm.by : undefined, world);
  if (impossible !== undefined) return impossible;
  const anchors = FAULT_ANCHORS[harm.kind];
  if (!anchors.includes(anchor.at)) {
    return { field: anchor.at, given: `${harm.kind} at ${anchor.at}`, accepted: alternatives(anchors) };
  }
  if (after !== undefined && !isAccident(harm)) {
    return { field: "after", given: `${harm.kind} later than its anchor`, accepted: "none: it happens at once" };
  }
  if (after !== undefined && "bytes" in after && anchor.at !== "flashProgram") {
    return { field: "after", given: `${after.bytes} bytes of ${anchor.at}`, accepted: "a time, or flashProgram" };
  }
  return impossibleAnchor(anchor, world);
}

function impossibleAnchor(anchor: Anchor, world: World): Impossible | undefined {
  if (isOfAdapter(anchor)) return impossibleOperation(anchor, world);
  switch (anchor.at) {
    case "datagram":
    case "message":
      return impossibleWay(anchor.from, anchor.to, world);
    case "event":
      return impossibleEvent(anchor.event, world);
    case "commit":
    case "time":
    case "begin":
      return undefined;
    default:
      return anchor satisfies never;
  }
}

function impossibleEvent(event: EventPattern, world: World): Impossible | undefined {
  const none = contradiction(event);
  if (none !== undefined) return { ...none, field: none.field === "" ? "event" : `event.${none.field}` };
  const foreign = foreignWord(event, world);
  if (foreign === undefined) return undefined;
  const { field, given, known } = foreign;
  return { field: `event.${field}`, given, accepted: `one of ${alternatives(known)}` };
}

function impossibleOperation({ at, adapter }: OperationAnchor, { adapters }: World): Impossible | undefined {
  const unit = adapters.get(adapter);
  if (unit === undefined) {
    return { field: "adapter", given: adapter, accepted: `one of ${alternatives(adapters.keys())}` };
  }
  if (!at.startsWith("flash") || unit.flash !== undefined) return undefined;
  return { field: at, given: `${adapter}, which has no flash part`, accepted: "an adapter with one" };
}
