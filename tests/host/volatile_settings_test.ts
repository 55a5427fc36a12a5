/** A setting with Persist false hides the persistent one only until the service ends, whatever memory the adapter has. */

import { assertEquals } from "@std/assert";
import {
  SECURITY_CONFIG_OPERATIONS_GUID,
  SecurityMethod,
  SET_PRESHARED_KEY_FOR_ID_IN,
} from "../../host/wmi/security_config_operations.ts";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import type { World } from "../../sim/lab/world/world.ts";
import {
  ADAPTER,
  assertHolds,
  bootWorld,
  getKey,
  login,
  MAIN,
  PORT,
  reboot,
  setKey,
  targetWithKey,
  text,
} from "./world_support.ts";

/** Whose key it is that another tool sets: no login from here uses it. */
const OTHERS = { id: Uint8Array.of(192, 0, 2, 99), idType: 1, flags: MAIN };

/** Ways in which a run of the service ends and another one begins. */
const RESTARTS = {
  "a restart of the service": ["stopService: {}", "startService: {}"],
  "a reboot in good order": ["rebootHost: { orderly: true }"],
  "a loss of power": ["rebootHost: {}"],
};

function scenario(storage: string, steps: readonly string[]): string {
  return `
name: a volatile key over a persistent one
adapters: { hba0: { storage: ${storage}, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: the lasting key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the lasting key, flags: [ike, main] }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: only for today, flags: [ike, main], persist: false }
${steps.map((step) => `  - ${step}`).join("\n")}
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`;
}

for (const [name, steps] of Object.entries(RESTARTS)) {
  Deno.test(`After ${name} the persistent key is in force again on an adapter with NVRAM`, () => {
    assertHolds(scenario("nvram", steps));
  });
  Deno.test(`After ${name} the persistent key is in force again on an adapter without NVRAM`, () => {
    for (const storage of ["ram", "none"]) assertHolds(scenario(storage, steps));
  });
}

Deno.test(
  "A persistent key that a volatile one hides outlives a restart of the service and a reboot after it",
  () => {
    assertHolds(
      scenario("nvram", [
        "stopService: {}",
        "startService: {}",
        "login: { adapter: hba0, target: disk }",
        "rebootHost: {}",
      ]),
    );
  },
);

/** Another tool sets a key of its own and, as it must, names the cache. */
function otherToolSetsKey(world: World, name: number): void {
  const execute = (methodId: number, input: Uint8Array) =>
    world.run(world.host.wmi.executeMethod(ADAPTER, { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId, input }, 4));
  const setKeyIn = SET_PRESHARED_KEY_FOR_ID_IN.encode({
    PortNumber: 0xffff_ffff,
    SecurityFlags: OTHERS.flags,
    IdType: OTHERS.idType,
    Id: OTHERS.id,
    Key: text("the other tool's"),
  });
  assertEquals([...execute(SecurityMethod.setPresharedKeyForId, setKeyIn).data], [0, 0, 0, 0]);
  assertEquals([...execute(SecurityMethod.setGenerationalGuid, new Uint8Array(16).fill(name)).data], [0, 0, 0, 0]);
}

/** Persistent and volatile settings of which the volatile one wins and is no other value of the persistent one. */
const COVERED: Readonly<Record<string, { lasting: (world: World) => number; passing: (world: World) => number }>> = {
  "the group key": {
    lasting: (world) => world.run(world.host.api.setIScsiGroupPresharedKey(text("the lasting key"), true)),
    passing: (world) => setKey(world, "only for today", { persist: false }),
  },
  "a key for all ports": {
    lasting: (world) => setKey(world, "the lasting key"),
    passing: (world) => setKey(world, "only for today", { portNumber: 0, persist: false }),
  },
};

for (const [name, { lasting, passing }] of Object.entries(COVERED)) {
  Deno.test(`A volatile key over ${name} ends with the service, although another tool has named the cache since`, () => {
    const world = bootWorld({
      adapters: [{ name: ADAPTER, ports: [PORT] }],
      targets: [targetWithKey("the lasting key")],
    });
    const keysAtLogin = (): boolean => login(world, { flags: 0x27n }) === 0;
    assertEquals([lasting(world), keysAtLogin(), passing(world), keysAtLogin()], [0, true, 0, false]);
    otherToolSetsKey(world, 5);
    world.run(world.host.stopService());
    world.run(world.host.startService());
    world.settle();
    assertEquals(keysAtLogin(), true, "after a restart of the service");
    reboot(world);
    assertEquals(keysAtLogin(), true, "after a reboot");
    const notes = world.image().serviceStore.rows.filter(({ kind }) => kind === "volatile-note");
    assertEquals(notes, [], "the note goes with what it is about");
    // From now on the other tool's keys are kept again.
    otherToolSetsKey(world, 6);
    reboot(world);
    assertEquals([getKey(world, OTHERS), keysAtLogin()], [0, true]);
  });
}

Deno.test("A volatile value of a persistent key goes, and another tool's keys stay", () => {
  const world = bootWorld({
    adapters: [{ name: ADAPTER, ports: [PORT] }],
    targets: [targetWithKey("the lasting key")],
  });
  assertEquals([setKey(world, "the lasting key"), setKey(world, "only for today", { persist: false })], [0, 0]);
  otherToolSetsKey(world, 5);
  reboot(world);
  assertEquals([getKey(world, OTHERS), login(world, { flags: 0x27n })], [0, 0]);
});

Deno.test("While the service runs, volatile keys are set over another tool's cache", () => {
  const world = bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }], targets: [targetWithKey("only for today")] });
  assertEquals(setKey(world, "only for today", { portNumber: 0, persist: false }), 0);
  otherToolSetsKey(world, 5);
  assertEquals([login(world, { flags: 0x27n }), getKey(world, OTHERS)], [0, 0]);
  reboot(world);
  assertEquals(login(world, { flags: 0x27n }) === 0, false);
});

Deno.test("A volatile setting that the adapter refuses leaves no note, and another tool's keys stay", () => {
  const world = bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }] });
  const noted = () => world.image().serviceStore.rows.filter(({ kind }) => kind === "volatile-note").length;
  const refused = () => setKey(world, "", { persist: false });
  assertEquals([refused() === 0, noted()], [false, 0]);
  assertEquals([setKey(world, "only for today", { persist: false }), noted()], [0, 1]);
  assertEquals([refused() === 0, noted()], [false, 1], "what is held stays noted");
});

Deno.test("No stored name vouches for the cache of an adapter that was away when a volatile key was set for all", () => {
  const source = `
name: a volatile key for all, one of which is away
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
  hba1: { storage: nvram, ports: [192.0.2.11] }
steps:
  - powerOff: { adapter: hba1 }
  - { getKey: { adapter: hba1, id: 192.0.2.11 }, expect: any }
  - setGroupKey: { key: only for today, persist: false }
  - powerOn: { adapter: hba1 }
  - { getKey: { adapter: hba1, id: 192.0.2.11 }, expect: TARGET_PRESHAREDKEY_UNAVAILABLE }
`;
  const names: unknown[] = [];
  const { holds } = runScenarioText(source, "away.yaml", {
    onEnd: ({ host }) => {
      for (const name of ["hba0", "hba1"]) names.push(host.service.run?.context.held.generation(name));
    },
  });
  assertEquals([holds, ...names], [true, undefined, undefined]);
});
