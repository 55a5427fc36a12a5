/**
 * All looks. What `expect` and `invariants` may say of the world follows from
 * this table.
 *
 * @module
 */

import { doc, optional, type OptionalField, type Shape } from "../../../shape/shape.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import type { World } from "../../world/world.ts";
import type { StepCheck } from "../step_check.ts";
import { KEY_LOOKS } from "./keys.ts";
import type { EventTest, LookKind, ShownFinding, Window } from "./look.ts";
import { PACKET_LOOKS } from "./packets.ts";
import { SESSION_LOOKS } from "./sessions.ts";
import { TRACE_LOOKS } from "./trace.ts";

/** Looks that tell the state of the world at a moment. */
const STATE_LOOKS = { ...KEY_LOOKS, ...SESSION_LOOKS } as const;

const LOOKS = { ...STATE_LOOKS, ...PACKET_LOOKS, ...TRACE_LOOKS } as const;

type LookFields<T extends { readonly [name: string]: { readonly shape: Shape } }> = {
  readonly [Name in keyof T]: OptionalField<T[Name] extends LookKind<infer V> ? V : never, undefined>;
};

/** All looks, as fields of a mapping. */
export const LOOK_FIELDS: LookFields<typeof LOOKS> = fieldsOf(LOOKS);

/** The looks that invariants may have. */
export const STATE_LOOK_FIELDS: LookFields<typeof STATE_LOOKS> = fieldsOf(STATE_LOOKS);

function fieldsOf<T extends { readonly [name: string]: { readonly doc: string; readonly shape: Shape } }>(looks: T) {
  const fields = Object.entries(looks).map(([name, kind]) => [name, doc(kind.doc, optional(kind.shape))]);
  return Object.fromEntries(fields) as LookFields<T>;
}

/** The kinds of looks, each of which gets what its own shape has read. */
const KINDS: ReadonlyMap<string, LookKind<unknown>> = new Map(
  Object.entries(LOOKS).map(([name, kind]) => [name, kind as unknown as LookKind<unknown>]),
);

/** The looks among the fields of an expectation, by their names. */
function looksOf(expected: object): (readonly [string, LookKind<unknown>, unknown])[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const kind = KINDS.get(name);
    return kind === undefined || value === undefined ? [] : [[name, kind, value] as const];
  });
}

/** Whether there are looks among what a step is given, or what is expected of it. */
export function hasLooks(given: unknown): boolean {
  return typeof given === "object" && given !== null && looksOf(given).length > 0;
}

/** Looks, before anything runs, whether there is in the world what is looked at. */
export function checkLooks(expected: object, check: StepCheck): void {
  for (const [name, kind, value] of looksOf(expected)) kind.check?.(value, check.part(name));
}

/** Which events can change what the looks among some fields find. */
export function changedBy(looks: object): (event: TraceEvent) => boolean {
  const changes = looksOf(looks).flatMap(([, kind, value]) => kind.changedBy?.(value) ?? []);
  return (event) => changes.some((change) => change(event));
}

/** What is found of the looks among the fields of an expectation. */
export function findAll(expected: object, world: World, window: Window): ShownFinding[] {
  return looksOf(expected).map(([, kind, value]) => {
    const change = kind.changedBy?.(value);
    const own = kind.shownBy?.(value) ?? [];
    // What a state came to be by may lie before: of events and packets nothing before the window is looked at.
    const shownBy = change === undefined
      ? own.map((isMeant): EventTest => (event) => event.sequence >= window.firstEvent && isMeant(event))
      : [...own, change];
    return { ...kind.find(value, world, window), shownBy };
  });
}
