/**
 * When keys of an identifier were written: into a key table, on flash, or into
 * the service's store.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { quoted } from "../../../kernel/given.ts";
import { parseScalar } from "../../../shape/shape.ts";
import { AdapterComponents, Components } from "../../../trace/components.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { keyOf, storeKeys, tableKeys } from "../../scenario/looks/keys.ts";
import { type FoundKey, isSameId, tellKey } from "../../scenario/looks/setting.ts";
import { IDENTIFIER_OR_ANY } from "../../scenario/values.ts";
import type { World } from "../../world/world.ts";

/** What one looks for in all places, after each event. */
export type KeyWatch = (world: World, event: TraceEvent) => boolean;

/**
 * Tells of each event of a run, in order from the first, whether a key of an identifier has just come to a place where
 * it was not before.
 *
 * @param id The identifier: an address, a name, `any` for the group key.
 * @throws {InputError} It is no identifier.
 */
export function keyWrites(id: string): KeyWatch {
  const meant = parseScalar(IDENTIFIER_OR_ANY, id);
  if (meant === undefined) {
    throw new InputError(`${quoted(id)} is no identifier: expected ${IDENTIFIER_OR_ANY.accepts}`);
  }
  const places = new Map<string, ReadonlySet<string>>();
  const look = (place: string, keys: readonly FoundKey[]): boolean => {
    const found = new Set(keys.filter((key) => isSameId({ id: meant }, key)).map(tellKey));
    for (const { key } of keys) key.fill(0);
    const before = places.get(place) ?? new Set();
    places.set(place, found);
    return [...found].some((each) => !before.has(each));
  };
  return (world, { component, fields }) => {
    const isStored = component === Components.keyStore && look("store", storeKeys(world));
    let isWritten = isStored;
    for (const [name, unit] of world.adapters) {
      if (look(`${name} table`, tableKeys(world, name))) isWritten = true;
      // A part is read only where something can have changed on it: all of it is mounted for that.
      if (component !== AdapterComponents.flash(name) || fields["operation"] === "read") continue;
      if (look(`${name} flash`, unit.contents()?.records.flatMap(keyOf) ?? [])) isWritten = true;
    }
    return isWritten;
  };
}
