/** What an event touches does not hang on what somebody called an adapter, a target or an application. */

import { assert, assertEquals } from "@std/assert";
import { TieFootprint } from "../../../../sim/lab/explore/certify/tie_footprint.ts";
import { tieOrders } from "../../../../sim/lab/explore/certify/tie_orders.ts";
import { execute } from "../../../../sim/lab/explore/execute.ts";
import { TieOrdering } from "../../../../sim/lab/explore/tape/tie_order.ts";

/** Adapter, target and application by these names. */
function scenario(adapter: string, target: string, application: string): string {
  const get = `{ getKey: { adapter: ${adapter}, id: 192.0.2.10 }, expect: any }`;
  return `name: names
adapters: { ${adapter}: { storage: nvram, ports: [192.0.2.10] } }
targets: { ${target}: { address: 192.0.2.20, keys: { any: a key } } }
steps:
  - setGroupKey: { key: a key }
  - parallel:
      ${application}: [${get}, { reset: { adapter: ${adapter} } }]
      other: [{ login: { adapter: ${adapter}, target: ${target} }, expect: any }]
  - stopService: {}
  - startService: {}
`;
}

/** What each event touches, in order: a for the adapter, t for the target. */
function footprints(adapter: string, target: string, application: string): readonly string[] {
  const found: string[] = [];
  let footprint: TieFootprint | undefined;
  let who = "";
  execute({ scenario: { file: "names.yaml", source: scenario(adapter, target, application) } }, {
    onWorld(world) {
      footprint = new TieFootprint(world);
      world.kernel.order = new TieOrdering({
        next([first]) {
          const touched = [...footprint?.take(who) ?? []].map((part) => {
            return part === adapter ? "a" : part === target ? "t" : part;
          });
          found.push(touched.toSorted().join(" "));
          who = first?.who ?? "";
          return 0;
        },
      });
    },
  });
  return found;
}

const PLAIN = ["hba0", "disk", "one"] as const;

Deno.test("adapters, targets and applications may be called by the words that other names consist of", () => {
  const plain = footprints(...PLAIN);
  for (const touched of ["a", "t", "host", "a host"]) assert(plain.includes(touched), touched);
  const words = ["service", "initiator", "store", "key", "port", "driver", "miniport", "firmware", "flash", "boot"];
  const more = ["fault", "timer", "line", "interrupt", "core", "reset", "control", "scenario", "engine", "unplug"];
  for (const word of [...words, ...more]) {
    assertEquals(footprints(word, PLAIN[1], PLAIN[2]), plain, `an adapter called ${word}`);
    assertEquals(footprints(PLAIN[0], word, PLAIN[2]), plain, `a target called ${word}`);
    assertEquals(footprints(PLAIN[0], PLAIN[1], word), plain, `an application called ${word}`);
  }
  for (const name of ["hba0", "disk"]) assertEquals(footprints(PLAIN[0], PLAIN[1], name), plain, name);
});

Deno.test("a target called service has no fewer orders than one called disk", () => {
  const orders = (target: string) => {
    const source = `name: names
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
targets: { ${target}: { address: 192.0.2.20, keys: { any: a key } } }
steps:
  - parallel:
      a: [{ getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }]
      b: [{ getKey: { adapter: hba0, id: 192.0.2.10 }, expect: any }]
`;
    return tieOrders({ scenario: { file: "names.yaml", source } }, { most: 1000 }).orders;
  };
  assertEquals(orders("service"), orders("disk"));
});
