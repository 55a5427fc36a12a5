/**
 * Which events of a trace are meant: component, kind and fields, texts with
 * `*` for anything.
 *
 * What may be written follows from the kinds that `sim/trace/events.ts`
 * declares; components are those of the world.
 *
 * @module
 */

import { AdapterComponents, Components } from "../../trace/components.ts";
import { callEvent, flashEvent, noteEvent, packetEvent, returnEvent, stateEvent } from "../../trace/events.ts";
import type { FieldTypes, TraceEvent } from "../../trace/recorder.ts";
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
import { COUNT_RANGE, isIn, type Range } from "./ranges.ts";
import type { StepCheck } from "./step_check.ts";

/** All kinds of events. */
const KINDS = [callEvent, returnEvent, packetEvent, stateEvent, noteEvent, flashEvent] as const;

const KIND_FIELDS: ReadonlyMap<string, FieldTypes> = new Map(KINDS.map(({ name, fields }) => [name, fields]));

/** A text that may have `*` in it. */
const PATTERN = scalar<string>({
  accepts: "a text, in which * stands for anything",
  example: "phase 1 *",
  parse: (given) => given,
});

/** Which events. */
export interface EventPattern {
  readonly component?: string;
  readonly kind?: string;
  /** Texts of the other fields, and ranges of those that are numbers. */
  readonly [field: string]: string | Range | undefined;
}

const FIELDS: Readonly<Record<string, OptionalField<string | Range>>> = Object.fromEntries(
  KINDS.flatMap(({ name, fields }) =>
    Object.entries<"text" | "number">(fields).map(([field, type]) => [
      field,
      doc(
        `The field of the same name of ${name} and others.`,
        optional<string | Range>(type === "text" ? PATTERN : COUNT_RANGE),
      ),
    ])
  ),
);

/** An event as files describe it. */
export const EVENT: Shape<EventPattern> = titled(
  "event",
  mapping(
    {
      component: doc("Who recorded it, as traces call it.", optional(text())),
      kind: doc("Its kind.", optional(oneOf(...KINDS.map(({ name }) => name)))),
      ...FIELDS,
    },
    (pattern) => foreignField(pattern as EventPattern),
  ) as Shape as Shape<EventPattern>,
);

/** A field that no event of the kind has. */
function foreignField(pattern: EventPattern): Contradiction | undefined {
  const { component: _, kind, ...fields } = pattern;
  const names = Object.keys(fields);
  const known = kind === undefined ? undefined : KIND_FIELDS.get(kind);
  if (known !== undefined) {
    const foreign = names.find((name) => !Object.hasOwn(known, name));
    if (foreign === undefined) return undefined;
    const accepted = `one of ${Object.keys(known).join(", ")}, which ${kind} has`;
    return { path: foreign, given: `the field ${foreign} of ${kind}`, accepted };
  }
  if (KINDS.some(({ fields: own }) => names.every((name) => Object.hasOwn(own, name)))) return undefined;
  return { path: names[0] ?? "", given: `${names.join(", ")} together`, accepted: "fields that one kind of event has" };
}

/** Refuses an event of a component that the world does not have. */
export function checkEvent({ component }: EventPattern, check: StepCheck): void {
  if (component === undefined) return;
  const { adapters, targets } = check.world;
  // Not those that have recorded something: some do so for the first time in the middle of a run.
  const components = [
    ...[...adapters.keys()].flatMap((name) => [name, ...Object.values(AdapterComponents).map((call) => call(name))]),
    ...targets.keys(),
    ...Object.values(Components),
  ];
  const fits = textFits(component);
  if (!components.some(fits)) check.part("component").refuseWord(component, components);
}

/** Whether events are among those that are meant. */
export function eventFits(pattern: EventPattern): (event: TraceEvent) => boolean {
  const { component, kind, ...fields } = pattern;
  const isOfComponent = component === undefined ? () => true : textFits(component);
  const wanted = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const fits = typeof value === "string" ? textFits(value) : (found: number | string) => isIn(value, Number(found));
    return [[name, fits] as const];
  });
  return (event) =>
    (kind === undefined || event.kind === kind) && isOfComponent(event.component) &&
    wanted.every(([name, fits]) => {
      const found = event.fields[name];
      return found !== undefined && fits(found);
    });
}

/** An event in the words of a verdict. */
export function describePattern({ component, kind, ...fields }: EventPattern): string {
  const told = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${typeof value === "string" ? JSON.stringify(value) : value.text}`]
  );
  const what = [`${kind ?? "event"} of ${component ?? "anybody"}`, ...told].join(", ");
  return what;
}

/** Whether a text is what a pattern says: pieces between `*` in their order, the outer ones at the ends. */
function textFits(pattern: string): (found: string | number) => boolean {
  const pieces = pattern.split("*");
  if (pieces.length === 1) return (found) => String(found) === pattern;
  const [first = "", ...others] = pieces;
  const last = others.pop() ?? "";
  return (found) => {
    const whole = String(found);
    if (!whole.startsWith(first) || !whole.endsWith(last) || whole.length < first.length + last.length) return false;
    let at = first.length;
    for (const piece of others) {
      const next = whole.indexOf(piece, at);
      if (next < 0) return false;
      at = next + piece.length;
    }
    return at <= whole.length - last.length;
  };
}
