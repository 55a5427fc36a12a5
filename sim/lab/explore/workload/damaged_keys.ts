/**
 * Charge that flash loses while an adapter is off and nobody looks after it: a
 * key of several may be damaged, and which one counts must not change by that.
 * The service sets all anew when it is there again.
 *
 * @module
 */

import { settingOf } from "./calls.ts";
import type { Scope, Whom, Written } from "./scope.ts";

/** The record of a key is some fifty bytes long. */
const LOST_BYTES = 24;

/** Keys are set for a port and for all, then the service stops, and bits of a record turn over. */
export function damagedKey(scope: Scope): readonly Written[] {
  const { random } = scope;
  const adapter = scope.flashAdapter();
  const { id } = scope.pick<Whom>([{ id: "own", port: 0 }, ...scope.whom]);
  if (adapter === undefined) return [settingOf(scope, adapter ?? scope.adapter(), { id, port: "all" })];
  const settings = ([0, "all"] as const).map((port) => settingOf(scope, adapter, { id, port }));
  const address = random.below(scope.pick([160, 300, 900]));
  const without: readonly Written[] = [
    { stopService: { mayMiss: true } },
    { powerOff: { adapter, mayMiss: true } },
    { damage: { adapter, retention: { address, lengthBytes: LOST_BYTES, bits: 3 }, mayMiss: true } },
    { powerOn: { adapter, mayMiss: true } },
    { wait: "200ms" },
  ];
  return [
    ...(random.chance(1, 2) ? settings : settings.toReversed()),
    { sequence: without },
    { startService: { mayMiss: true } },
  ];
}
