/**
 * The kinds of events that there are, and patterns that fit none of them:
 * files and programs are judged by it alike.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { alternatives } from "../../shape/alternatives.ts";
import type { EventKind, FieldTypes } from "../../trace/event_kind.ts";
import * as EVENTS from "../../trace/events.ts";
import type { EventPattern } from "./event_pattern.ts";
import type { Impossible } from "./impossible.ts";

/** All kinds of events: whatever the file that defines them exports, which does not compile if it is anything else. */
export const EVENT_KINDS: readonly Pick<EventKind, "name" | "fields">[] = Object.values(EVENTS);

const FIELDS_BY_KIND: ReadonlyMap<string, FieldTypes> = new Map(EVENT_KINDS.map(({ name, fields }) => [name, fields]));

/** Why events of no kind fit a pattern, or those of every kind do; `undefined` if neither is so. */
export function contradiction(pattern: EventPattern): Impossible | undefined {
  const { component = "*", kind, ...fields } = pattern;
  const names = Object.keys(fields);
  if (kind === undefined) {
    if (names.length === 0 && /^\*+$/.test(component)) {
      return { field: "", given: "an event of any kind", accepted: "component, kind, or a field of it" };
    }
    if (EVENT_KINDS.some(({ fields: own }) => names.every((name) => Object.hasOwn(own, name)))) return undefined;
    const given = `${names.join(", ")} together`;
    return { field: names[0] ?? "", given, accepted: "fields that one kind of event has" };
  }
  const known = FIELDS_BY_KIND.get(kind);
  if (known === undefined) {
    return { field: "kind", given: quoted(kind), accepted: `one of ${alternatives(FIELDS_BY_KIND.keys())}` };
  }
  const foreign = names.find((name) => !Object.hasOwn(known, name));
  if (foreign === undefined) return undefined;
  const accepted = `one of ${alternatives(Object.keys(known))}, which ${kind} has`;
  return { field: foreign, given: `the field ${foreign} of ${kind}`, accepted };
}
