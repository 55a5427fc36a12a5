/**
 * What is in force on an adapter, by the names of histories: as its memory says, and as the service holds it.
 *
 * @module
 */

import { isLeftBehind } from "../../../host/initiator_service/left_tunnels.ts";
import type { Value } from "../../../sim/lab/explore/oracle/last_writer.ts";
import { hex, keyName } from "../adapter_model.ts";
import type { Expectation } from "./expectation.ts";
import type { FakeAdapter } from "../fake_adapter.ts";
import type { TestHost } from "../test_host.ts";
import { KEY_NAMES, type KeyName, SAVED_PORTS, type SettingName } from "./history.ts";
import { SAVED_TARGETS } from "./draw_full.ts";
import { adapterName, DESTINATION, nameOf, ownerOf, portOf, portOfSaved, savedName } from "./named.ts";

/** The keys and gateways in an adapter. */
export function contentOf(adapter: FakeAdapter): ReadonlyMap<SettingName, Value> {
  const content = adapter.content();
  const keyOf = (name: KeyName) => content?.keys.get(keyName(ownerOf(name)));
  const gatewayOf = (name: SettingName): Value => {
    const found = [...adapter.volatile.tunnels].find(([place]) => place.startsWith(`${portOf(name)}/`))?.[1];
    return found === undefined ? undefined : hex(found.subarray(0, 4));
  };
  const [everywhere, own] = [gatewayOf("tunnel"), gatewayOf("tunnel, port 0")];
  return new Map<SettingName, Value>([
    ...KEY_NAMES.map((name): [SettingName, Value] => [name, keyOf(name)]),
    ["group key", content?.groupKey],
    // No method removes a tunnel address: what stands for none is the address of the destination, or that for all ports.
    ["tunnel", everywhere === hex(DESTINATION) ? undefined : everywhere],
    ["tunnel, port 0", own === (everywhere ?? hex(DESTINATION)) ? undefined : own],
  ]);
}

/** A setting that the service holds for an adapter. */
export interface Held {
  readonly value: Value;
  /** Whether the adapter has it, as far as the service knows: otherwise logins bring it, if they can. */
  readonly isKept: boolean;
}

/** Nothing. */
export const NOTHING_HELD: Held = { value: undefined, isKept: true };

/** What the service holds for an adapter under a name. */
export function heldBy(world: TestHost, adapter: number, name: SettingName): Held {
  const run = world.host.service.run;
  const held = run?.context.held;
  const notKept = run?.link(adapterName(adapter))?.notKept;
  const rows = held?.effective(adapterName(adapter)).filter((row) => !isLeftBehind(row)) ?? [];
  for (const row of rows) {
    const record = held?.open(row);
    if (record === undefined || nameOf(record) !== name) continue;
    const value = hex(record.kind === "tunnel-address" ? record.outerAddress.bytes.subarray(0, 4) : record.key);
    return { value, isKept: notKept?.has(row.key) !== true };
  }
  return NOTHING_HELD;
}

/** How often each adapter was away, as far as the service knows it. */
export function departuresOf({ adapters, host }: TestHost): readonly (number | undefined)[] {
  return adapters.map((_, adapter) => host.service.run?.link(adapterName(adapter))?.departures);
}

/** A login that an adapter has saved, or has not, and may not. What is there stays from now on: nothing is under way. */
export function savedWrongly({ adapters }: TestHost, adapter: number, oracle: Expectation): string | undefined {
  const saved = adapters[adapter]?.savedLogins.saved ?? [];
  for (let target = 0; target < SAVED_TARGETS; target++) {
    for (const port of SAVED_PORTS) {
      const login = { adapter, target, port };
      const isThis = (each: typeof saved[number]) =>
        each.portNumber === portOfSaved(port) && each.targetName === savedName(target);
      const key = saved.find(isThis)?.key;
      const allowed = oracle.savedKeys(login);
      if (!allowed.includes(key)) return `login ${JSON.stringify(login)} has key ${key}, not ${allowed.join(" or ")}`;
      oracle.savedSeen(login, key);
    }
  }
  return undefined;
}
