/**
 * The lifelines of the ladder, in the order of the call path, and which
 * component stands on which.
 *
 * @module
 */

import { AdapterComponents, Components } from "../../../trace/components.ts";
import type { RunSummary } from "../content/run_content.ts";

/** A lifeline. */
export interface Lane {
  /** What stands above it, and in few letters. */
  readonly name: string;
  readonly short: string;
  /** What it is a part of: `host`, `adapter hba0`. */
  readonly group: string;
  /** Which part of the width it takes, against others: words on the right have no place to flow to. */
  readonly weight: number;
  /** The adapter whose power it has, if it has one. */
  readonly adapter: string | undefined;
}

/** Lifelines, and the place among them of each component. */
export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly of: ReadonlyMap<string, number>;
  /** The place of the network, of which packets cross the line. */
  readonly network: number;
  /** The first lane of the service, for the timeline's row of host calls. */
  readonly service: number;
}

const HOST: readonly (readonly [name: string, short: string, ...components: string[]])[] = [
  ["Application", "App", Components.application, Components.iscsidsc, Components.wmiTool],
  ["Service", "Svc", Components.initiatorService, Components.keyStore, Components.host],
  ["WMI", "WMI", Components.wmi],
  ["Port driver", "Port", Components.portDriver],
];

/** The lifelines of a run. */
export function lanesOf({ adapters, targets }: Pick<RunSummary, "adapters" | "targets">): Lanes {
  const lanes: Lane[] = [];
  const of = new Map<string, number>();
  const add = (lane: Lane, components: readonly string[]) => {
    for (const component of components) of.set(component, lanes.length);
    lanes.push(lane);
  };
  const host = (name: string, short: string) => ({ name, short, group: "host", weight: 0.84, adapter: undefined });
  for (const [name, short, ...components] of HOST) add(host(name, short), components);
  const service = of.get(Components.initiatorService) ?? 0;
  add(host("Miniport", "Mini"), adapters.map(({ name }) => AdapterComponents.miniport(name)));
  for (const { name, flash } of adapters) {
    const group = `adapter ${name}`;
    const parts = [name, AdapterComponents.firmware(name)];
    add({ name: "Firmware", short: "FW", group, weight: 1, adapter: name }, parts);
    if (flash !== undefined) {
      add({ name: "Flash", short: "Fl", group, weight: 1.1, adapter: name }, [AdapterComponents.flash(name)]);
    }
  }
  const network = lanes.length;
  add({ name: "Network", short: "Net", group: "wire", weight: 1.25, adapter: undefined }, [Components.network]);
  for (const { name } of targets) {
    add({ name, short: name, group: "target", weight: 1.25, adapter: undefined }, [name]);
  }
  return { lanes, of, network, service };
}
