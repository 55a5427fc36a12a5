/**
 * Which events of a trace are meant: component, kind and fields, texts with
 * `*` for anything.
 *
 * @module
 */

import { AdapterComponents, Components } from "../../trace/components.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import type { World } from "../world/world.ts";
import { isIn, type Range } from "./range.ts";

/** Which events. */
export interface EventPattern {
  /** Who recorded it, as traces call it. */
  readonly component?: string;
  /** Its kind. */
  readonly kind?: string;
  /** Texts of the other fields, and ranges of those that are numbers. */
  readonly [field: string]: string | Range | undefined;
}

/** All that can record events in a world, whether it has done so or not. */
export function componentsOf({ adapters, targets }: World): string[] {
  return [
    ...[...adapters.keys()].flatMap((name) => [name, ...Object.values(AdapterComponents).map((call) => call(name))]),
    ...targets.keys(),
    ...Object.values(Components),
  ];
}

/** Whether somebody in a world can record what is meant. */
export function isOfWorld({ component }: EventPattern, world: World): boolean {
  return component === undefined || componentsOf(world).some(textFits(component));
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
