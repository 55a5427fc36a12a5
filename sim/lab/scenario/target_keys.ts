/**
 * The keys of a target, as files write them: by identifier.
 *
 * @module
 */

import { converted, entries, type Shape } from "../../shape/shape.ts";
import type { TargetKey } from "../world/target.ts";
import { IDENTIFIER_OR_ANY, KEY, type ScenarioId } from "./values.ts";

/** Keys by identifier, no two of them equal. */
export const KEYS: Shape<readonly TargetKey[]> = converted(
  entries(IDENTIFIER_OR_ANY, KEY, (keys) => {
    const ids = keys.map(({ name }) => textOf(name));
    const second = ids.findIndex((id, index) => ids.indexOf(id) < index);
    if (second < 0) return undefined;
    return {
      path: `[${second}!]`,
      given: "an id that has a key",
      accepted: `one other than that of key ${ids.indexOf(ids[second] ?? "") + 1}`,
    };
  }),
  (keys) => keys.map(({ name, value }) => ({ id: name, key: value })),
);

function textOf(id: ScenarioId | "any"): string {
  return id === "any" ? id : `${id.type} ${id.bytes.join()}`;
}
