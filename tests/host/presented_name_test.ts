/**
 * Of two names without a port the adapter presents the one that was set first
 * (a rule of the project: no source orders them), and no replay changes that.
 */

import { assertEquals } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import type { World } from "../../sim/lab/world/world.ts";
import {
  AGGRESSIVE,
  ALL_PORTS,
  assertHolds,
  bootWorld,
  login,
  OTHER_PORT,
  PORT,
  reboot,
  setKey,
  targetWithKey,
  text,
} from "./world_support.ts";

/** What makes the service replay keys to an adapter, or the adapter load them. */
const REPLAYS = {
  reset: ["reset: { adapter: hba0 }"],
  "restart of the service": ["stopService: {}", "startService: {}"],
  reboot: ["rebootHost: {}"],
};

function scenario(storage: string, first: string, second: string, steps: readonly string[]): string {
  return `
name: two names
adapters: { hba0: { storage: ${storage}, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { ${first}: the key of the first } } }
steps:
  - setKey: { adapter: hba0, id: ${first}, key: the key of the first, flags: [ike, aggressive] }
  - setKey: { adapter: hba0, id: ${second}, key: the key of the second, flags: [ike, aggressive] }
  - { information: { adapter: hba0 }, expect: { identity: ${first} } }
  - { login: { adapter: hba0, target: disk }, expect: { mode: aggressive } }
${steps.map((step) => `  - ${step}`).join("\n")}
  - { information: { adapter: hba0 }, expect: { identity: ${first} } }
  - { login: { adapter: hba0, target: disk }, expect: { mode: aggressive } }
`;
}

/** Both alphabetical orders: an order that only looks like that of setting must be found out. */
const NAMES = [["zeta.example", "alpha.example"], ["alpha.example", "zeta.example"]] as const;

function keepsItsName(storage: string, replay: keyof typeof REPLAYS): void {
  for (const [first, second] of NAMES) assertHolds(scenario(storage, first, second, REPLAYS[replay]));
}

Deno.test("A reset does not change which of two names an adapter presents whose keys are replayed", () => {
  keepsItsName("ram", "reset");
});

Deno.test("A reboot does not change which of two names an adapter presents whose keys are replayed", () => {
  keepsItsName("ram", "reboot");
});

Deno.test("A restart of the service does not change which of two names an adapter presents", () => {
  for (const storage of ["ram", "nvram"]) keepsItsName(storage, "restart of the service");
});

/** The key of the first name is set once more, and it stays the oldest name. */
const SET_AGAIN = [
  "setKey: { adapter: hba0, id: ID, key: the key of the first, flags: [ike, aggressive] }",
];

for (const storage of ["nvram", "ram"]) {
  for (const [replay, steps] of Object.entries(REPLAYS)) {
    Deno.test(`A name stays the oldest when its key is set once more, over a ${replay}, storage ${storage}`, () => {
      for (const [first, second] of NAMES) {
        const again = SET_AGAIN.map((step) => step.replace("ID", first));
        assertHolds(scenario(storage, first, second, [...again, ...steps]));
      }
    });
  }
}

Deno.test("Neither reset nor reboot change which of two names an adapter presents that loads its keys itself", () => {
  keepsItsName("nvram", "reset");
  keepsItsName("nvram", "reboot");
});

Deno.test("A key for the exact port comes before an older one for all ports, and the address before all names", () => {
  assertHolds(`
name: exact port first
adapters: { hba0: { storage: ram, ports: [192.0.2.10, 192.0.2.11] } }
steps:
  - { information: { adapter: hba0 }, expect: { identity: 192.0.2.10 } }
  - setKey: { adapter: hba0, id: all.example, key: one, flags: [ike, aggressive] }
  - setKey: { adapter: hba0, port: 1, id: exact.example, key: two, flags: [ike, aggressive] }
  - { information: { adapter: hba0, port: 0 }, expect: { identity: all.example } }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: exact.example } }
  - reset: { adapter: hba0 }
  - { information: { adapter: hba0, port: 0 }, expect: { identity: all.example } }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: exact.example } }
  - setKey: { adapter: hba0, id: 192.0.2.11, key: three, flags: [ike, main] }
  - { information: { adapter: hba0, port: 1 }, expect: { identity: 192.0.2.11 } }
`);
});

for (const storage of ["nvram", "ram"]) {
  Deno.test(`What another tool has cleared is back when the next login presents a name, and is said so, storage ${storage}`, () => {
    assertHolds(`
name: cleared by another tool
adapters: { hba0: { storage: ${storage}, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { zeta.example: the key of zeta } } }
steps:
  - setKey: { adapter: hba0, id: zeta.example, key: the key of zeta, flags: [ike, aggressive] }
  - { wmi: { adapter: hba0, method: ClearCache }, expect: SUCCESS }
  - { information: { adapter: hba0 }, expect: { cacheValid: false, identity: zeta.example } }
  - { login: { adapter: hba0, target: disk }, expect: { mode: aggressive } }
  - { information: { adapter: hba0 }, expect: { identity: zeta.example } }
`);
  });
}

Deno.test("What another tool has cleared is back in its order, although only the younger name can bear witness", () => {
  // Of 192.0.2.77 there is a key for all ports, too: a question for one is answered by the other.
  assertHolds(`
name: ages of what was cleared
adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
steps:
  - setKey: { adapter: hba0, port: 0, id: 192.0.2.77, key: the oldest, flags: [ike, main] }
  - setKey: { adapter: hba0, port: 0, id: one.example, key: the younger one, flags: [ike, aggressive] }
  - setKey: { adapter: hba0, id: 192.0.2.77, key: for all ports, flags: [ike, main] }
  - { information: { adapter: hba0 }, expect: { identity: 192.0.2.77 } }
  - { wmi: { adapter: hba0, method: ClearCache }, expect: SUCCESS }
  - { getKey: { adapter: hba0, port: 0, id: one.example }, expect: { flags: [ike, aggressive] } }
  - { information: { adapter: hba0 }, expect: { identity: 192.0.2.77 } }
`);
});

Deno.test("While no service runs, the name is that of the keys which the adapter has", () => {
  assertHolds(`
name: cleared while no service runs
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
steps:
  - setKey: { adapter: hba0, id: zeta.example, key: the key of zeta, flags: [ike, aggressive] }
  - stopService: {}
  - { information: { adapter: hba0 }, expect: { identity: zeta.example } }
  - { wmi: { adapter: hba0, method: ClearCache }, expect: SUCCESS }
  - { information: { adapter: hba0 }, expect: { cacheValid: false, identity: 192.0.2.10 } }
`);
});

/** What follows upon the settings, and must not change who an adapter says it is. */
const AFTERWARDS: Readonly<Record<string, (world: World) => void>> = {
  nothing: () => {},
  "a reset": (world) => {
    world.host.resetAdapter("hba1");
    world.advance(world.cycles(5e9));
  },
  "a reboot": reboot,
  "a restart of the service": (world) => {
    world.run(world.host.stopService());
    world.run(world.host.startService());
    world.settle();
  },
  "a foreign ClearCache": (world) => {
    const call = {
      guid: SECURITY_CONFIG_OPERATIONS_GUID,
      methodId: SecurityMethod.clearCache,
      input: new Uint8Array(0),
    };
    world.run(world.host.wmi.executeMethod("hba1", call, 4));
  },
};

for (const keyStorage of ["nvram", "ram"] as const) {
  for (const persist of [true, false]) {
    Deno.test(`Of two names an adapter presents the one that was set on it first, whatever others had before, storage ${keyStorage}${persist ? "" : ", not persistent"}`, () => {
      for (const [what, follow] of Object.entries(AFTERWARDS)) {
        // What is not persistent ends with the service.
        if (!persist && ["a reboot", "a restart of the service"].includes(what)) continue;
        const world = bootWorld({
          adapters: [
            { name: "hba0", keyStorage, ports: [PORT] },
            { name: "hba1", keyStorage, ports: [OTHER_PORT] },
          ],
          targets: [targetWithKey("key b")],
        });
        const named = (id: string) => ({ id: text(id), idType: 2, flags: AGGRESSIVE });
        const forAll = (id: string) => {
          const { id: bytes, idType, flags: securityFlags } = named(id);
          const information = { authMethod: 1, securityFlags, idType, id: bytes, key: text("key a of all") };
          return world.run(world.host.api.setIScsiIKEInfo(undefined, ALL_PORTS, information, persist));
        };
        assertEquals(setKey(world, "key a", { adapter: "hba0", ...named("a.example"), persist }), 0);
        assertEquals(setKey(world, "key b", { adapter: "hba1", ...named("b.example"), persist }), 0);
        assertEquals(forAll("a.example"), 0);
        // And once more: ages stay.
        assertEquals(forAll("a.example"), 0);
        follow(world);
        // The target takes only the key of b: hba1 has set b first, hba0 knows but a.
        const statuses = ["hba1", "hba0"].map((adapter) => login(world, { adapter }));
        assertEquals(statuses, [0, IsdscStatus.AUTHENTICATION_FAILURE], what);
      }
    });
  }
}

Deno.test("A name that the first adapter had before stays the first there, when the key of it is set for all", () => {
  for (const persist of [true, false]) {
    for (const keyStorage of ["nvram", "ram"] as const) {
      const world = bootWorld({
        adapters: [
          { name: "hba0", keyStorage, ports: [PORT] },
          { name: "hba1", keyStorage, ports: [OTHER_PORT] },
        ],
        targets: [targetWithKey("key a of all")],
      });
      const named = (id: string) => ({ id: text(id), idType: 2, flags: AGGRESSIVE });
      assertEquals(setKey(world, "key a", { adapter: "hba0", ...named("a.example") }), 0);
      assertEquals(setKey(world, "key b", { adapter: "hba0", ...named("b.example") }), 0);
      const information = { authMethod: 1, securityFlags: AGGRESSIVE, idType: 2, id: text("a.example") };
      const key = text("key a of all");
      assertEquals(
        world.run(world.host.api.setIScsiIKEInfo(undefined, ALL_PORTS, { ...information, key }, persist)),
        0,
      );
      assertEquals(login(world, { adapter: "hba0" }), 0);
      world.host.resetAdapter("hba0");
      world.advance(world.cycles(5e9));
      assertEquals(login(world, { adapter: "hba0" }), 0, `${keyStorage}, persistent: ${persist}`);
    }
  }
});

Deno.test("information tells the port's own address where the service brings the key, and the name where the adapter has it", () => {
  // SetPresharedKeyForId for zeta.example, by the mailbox: in the adapter's own table.
  const name =
    "ffffffff020000000b000000000000000c000000130000007a6574612e6578616d706c65746865206b6579206f6620746865206e616d65";
  const identityWith = (driver: string, expected: string) =>
    runScenarioText(
      `
name: who is presented
adapters: { hba0: { storage: nvram, ports: [192.0.2.10], driver: ${driver} } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: of the address, zeta.example: the key of the name } } }
steps:
  - mailbox: { adapter: hba0, command: setPresharedKeyForId, hex: "${name}" }
  - { information: { adapter: hba0 }, expect: { identity: zeta.example } }
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: of the address, flags: [ike, main] } }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
  - { information: { adapter: hba0 }, expect: { identity: ${expected} } }
`,
      "presented.yaml",
    ).verdicts.filter(({ holds }) => !holds).map(({ step, actual }) => `${step}: ${actual}`);
  for (const driver of ["absent", "complete"]) assertEquals(identityWith(driver, "192.0.2.10"), [], driver);
  assertEquals(identityWith("absent", "zeta.example").length, 1);
});
