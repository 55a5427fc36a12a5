/**
 * How files say which events of a trace are meant.
 *
 * What may be written follows from the kinds that `sim/trace/events.ts`
 * declares; components are those of the world.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import {
  type Contradiction,
  doc,
  mapping,
  oneOf,
  optional,
  type OptionalField,
  scalar,
  type Shape,
  text,
  titled,
} from "../../shape/shape.ts";
import { contradiction, EVENT_KINDS } from "../faults/event_kinds.ts";
import { indivisible } from "../../shape/stand_in.ts";
import { type EventPattern, foreignWord } from "../faults/event_pattern.ts";
import { flashEvent } from "../../trace/events.ts";
import type { Range } from "../faults/range.ts";
import { COUNT_RANGE } from "./ranges.ts";
import type { StepCheck } from "./step_check.ts";

/** A component, or a pattern of them: which there are, the world says. */
const COMPONENT = { ...text(), written: "ComponentWord<A, T>" };

/** A text that may have `*` in it. */
const PATTERN = scalar<string>({
  accepts: "a text, in which * stands for anything",
  example: "phase 1 *",
  parse: (given) => given,
});

/** What fields mean of which their name does not say all. */
const MEANINGS: Readonly<Record<string, string>> = {
  status: "Its status, by any of its names, or its number; or in the words of the trace.",
  lengthBytes:
    "How many bytes it has. Packets and flash operations may be shorter than any whole one: faults cut them " +
    "off, and what keeps a way through an address translation open is one byte.",
};

const FIELDS: Readonly<Record<string, OptionalField<string | Range>>> = Object.fromEntries(
  EVENT_KINDS.flatMap(({ name, fields }) =>
    Object.entries<"text" | "number">(fields).map(([field, type]) => [
      field,
      doc(
        MEANINGS[field] ?? `The field of the same name of ${name} and others.`,
        optional<string | Range>(
          field === "to" ? { ...PATTERN, written: COMPONENT.written } : type === "text" ? PATTERN : COUNT_RANGE,
        ),
      ),
    ])
  ),
);

/** An event as files describe it. */
export const EVENT: Shape<EventPattern> = titled(
  "event",
  indivisible(mapping(
    {
      component: doc("Who recorded it, as traces call it.", optional(COMPONENT)),
      kind: doc("Its kind.", optional(oneOf(...EVENT_KINDS.map(({ name }) => name)))),
      ...FIELDS,
    },
    (pattern) => foreignField(pattern as EventPattern),
  )) as Shape as Shape<EventPattern>,
);

/** What no event is at all. */
function foreignField(pattern: EventPattern): Contradiction | undefined {
  const found = contradiction(pattern);
  return found && { path: found.field, given: found.given, accepted: found.accepted };
}

/** Refuses an event that nothing in the world can be: of a foreign component, or with a word that its field never holds. */
export function checkEvent(pattern: EventPattern, check: StepCheck): void {
  const foreign = foreignWord(pattern, check.world);
  if (foreign === undefined) return;
  const { field, given, known, meant } = foreign;
  // How far addresses of flash parts go, the largest one says; in a text a name may stand.
  const isOfFlash = pattern.kind === flashEvent.name && typeof pattern[field] !== "string";
  const place = isOfFlash
    ? check.part(field).about(check.world.adapters.keys(), "storage", "flash")
    : check.part(field).about(given.split(" "));
  place.refuse(JSON.stringify(given), `one of ${alternatives(known)}`, meant);
}
