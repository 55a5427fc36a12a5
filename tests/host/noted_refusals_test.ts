/**
 * What an adapter has refused for good is noted whenever its cache gets a name,
 * whichever setting it is that names it, and the note goes when the adapter
 * takes the row after all. A run that believed that the adapter holds what it
 * has refused would hand no key over, and look for what never was there.
 */

import { assertEquals } from "@std/assert";
import { IsdscStatus, MailboxCommand } from "../../firmware/manual/interface.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { hex, keyName } from "./adapter_model.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";
import {
  ADAPTER,
  AGGRESSIVE,
  ALL_PORTS,
  bootWorld,
  getKey,
  login,
  MAIN,
  PORT,
  reboot,
  setKey,
  TARGET,
  text,
} from "./world_support.ts";

const [THIRD, FOURTH] = [Uint8Array.of(192, 0, 2, 12), Uint8Array.of(192, 0, 2, 13)];
const NOT_ALL = IsdscStatus.OPERATION_NOT_ALL_SUCCESS;
const named = (id: string) => ({ id: text(id), idType: 2, flags: AGGRESSIVE });

function setForAll(world: World, portNumber: number, key: string, idType: number, id: Uint8Array, flags = AGGRESSIVE) {
  const information = { authMethod: 1, securityFlags: flags, idType, id, key: text(key) };
  return world.run(world.host.api.setIScsiIKEInfo(undefined, portNumber, information, true));
}

function clears(world: World): number {
  return [...world.recorder.events()]
    .filter(({ component, fields }) => component === "initiator service" && fields["operation"] === "ClearCache")
    .length;
}

/** What the store notes as refused by an adapter. */
function refusals(rows: readonly { readonly kind: string; readonly adapter: string }[], adapter = ADAPTER): number {
  return rows.filter((row) => row.kind === "refusal-note" && row.adapter === adapter).length;
}

/** What comes between the refusal and the reboot. */
const BETWEEN: Readonly<Record<string, (world: World) => readonly number[]>> = {
  nothing: () => [],
  "a key": (world) => [setKey(world, "another key", named("own.example"))],
  "a key that is not persistent, and is made so": (world) =>
    [false, true].map((persist) => setKey(world, "another key", { ...named("own.example"), persist })),
  "a key for all": (world) => [setForAll(world, 0, "a key for all", 2, text("own.example"))],
  "a tunnel address": (world) => [
    world.run(world.host.api.setIScsiTunnelModeOuterAddress(ADAPTER, ALL_PORTS, "192.0.2.20", "192.0.2.9", true)),
  ],
  "a setting that is refused": (world) => {
    const refused = setKey(world, "", named("own.example"));
    assertEquals(refused === 0, false);
    return [];
  },
};

for (const [what, set] of Object.entries(BETWEEN)) {
  Deno.test(`A key for all of a port that an adapter lacks is known as refused after a reboot, with ${what} in between`, () => {
    const world = bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }, { name: "hba1", ports: [THIRD, FOURTH] }] });
    assertEquals(setForAll(world, 1, "a key of port 1", 2, text("port.example")), NOT_ALL);
    assertEquals(set(world).every((status) => status === 0), true);
    reboot(world);
    const begun = clears(world);
    for (const persist of [false, true, false]) {
      assertEquals(setKey(world, "a key", { ...named("new.example"), persist }), 0);
    }
    assertEquals(getKey(world, named("port.example")), IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE);
    assertEquals(clears(world), begun, "nothing is missing");
    assertEquals(setKey(world, "a key", named("new.example")), 0);
    assertEquals(refusals(world.image().serviceStore.rows), 1);
  });

  Deno.test(`A login goes by the same name and key before and after a reboot, though one was refused, with ${what} in between`, () => {
    const keys = [
      { id: { type: 1, bytes: PORT }, key: text("the address's key") },
      { id: { type: 2, bytes: text("one.example") }, key: text("another than that of one") },
    ];
    const world = bootWorld({
      adapters: [{ name: ADAPTER, ports: [PORT], keyTableEntries: 3 }, { name: "hba1", ports: [FOURTH] }],
      targets: [{ name: "disk", address: TARGET, keys }],
    });
    for (const name of ["one.example", "own.example", "new.example"]) assertEquals(setKey(world, name, named(name)), 0);
    assertEquals(setForAll(world, ALL_PORTS, "the address's key", 1, PORT, MAIN), NOT_ALL);
    assertEquals(login(world), 0);
    if (!what.includes("for all")) assertEquals(set(world).every((status) => status === 0), true);
    assertEquals(login(world), 0);
    reboot(world);
    const begun = clears(world);
    assertEquals([login(world), getKey(world)], [0, 0]);
    assertEquals(clears(world), begun, "nothing is missing");
  });
}

Deno.test("An adapter that has refused a row for good keeps its name, and is not cleared at the next start", () => {
  const world = bootWorld({ adapters: [{ name: ADAPTER, ports: [PORT] }, { name: "hba1", ports: [THIRD, FOURTH] }] });
  assertEquals(setKey(world, "a key"), 0);
  const begun = clears(world);
  assertEquals(setForAll(world, 1, "a key of port 1", 2, text("port.example")), NOT_ALL);
  reboot(world);
  assertEquals([getKey(world), clears(world) - begun], [0, 0]);
});

Deno.test("What an adapter takes at a later start is not held for refused any more: it keeps the key, and nothing is noted", () => {
  const first = { name: ADAPTER, ports: [PORT], keyTableEntries: 1 };
  const second = { name: "hba1", ports: [FOURTH] };
  const world = bootWorld({ adapters: [first, second] });
  assertEquals(setKey(world, "a name's key", named("own.example")), 0);
  assertEquals(setForAll(world, ALL_PORTS, "the address's key", 1, PORT, MAIN), NOT_ALL);
  world.powerOff();
  const targets = [{ name: "disk", address: TARGET, keys: [{ id: "any", key: text("the address's key") }] }] as const;
  const later = bootWorld({ adapters: [{ ...first, keyTableEntries: 2 }, second], targets, image: world.image() });
  assertEquals(refusals(later.image().serviceStore.rows), 0);
  assertEquals(login(later), 0);
  const sources = [...later.recorder.events()]
    .filter(({ component, fields }) => component.startsWith(ADAPTER) && fields["outcome"] === "used").map((
      { fields },
    ) => fields["source"]);
  assertEquals(sources, ["all ports"], "the adapter's own key, not one that goes with the login");
  const begun = clears(later);
  reboot(later);
  assertEquals([getKey(later), clears(later) - begun], [0, 0]);
});

/** Two fakes; the first refuses every key for want of room while told to. */
function refusingHost(): { readonly world: TestHost; refuse(status: number | undefined): void; cleared(): number } {
  const world = new TestHost({ adapters: [{ storage: "nvram" }, { storage: "nvram" }] }).boot();
  return {
    world,
    refuse: (status) => {
      world.adapter.forcedStatus.clear();
      if (status !== undefined) world.adapter.forcedStatus.set(MailboxCommand.setPresharedKeyForId, status);
    },
    cleared: () => world.adapter.commands.filter((code) => code === MailboxCommand.clearCache).length,
  };
}

for (
  const [when, passes] of [["in the same run", () => {}], [
    "in a later run",
    (world: TestHost) => world.reboot(),
  ]] as const
) {
  Deno.test(`A key that is taken after it was refused, ${when}, is not offered again at the next start`, () => {
    for (const passing of [undefined, testKey(4)]) {
      const { world, refuse, cleared } = refusingHost();
      const noted = () => refusals(world.memoryStore.rows(), HBA);
      assertEquals(world.run(world.setKey(testKey(1), { id: Uint8Array.of(192, 0, 2, 77) })), 0);
      refuse(IsdscStatus.HBA_SECURITY_CACHE_FULL);
      assertEquals([world.run(world.setKey(testKey(2), { adapter: undefined })), noted()], [NOT_ALL, 1]);
      passes(world);
      assertEquals(noted(), 1);
      refuse(undefined);
      if (passing !== undefined) assertEquals(world.run(world.setKey(passing, { persist: false })), 0);
      assertEquals([world.run(world.setKey(testKey(3))), noted()], [0, 0]);
      const begun = cleared();
      world.reboot();
      assertEquals([world.askForKey().status, cleared() - begun], [0, 0]);
    }
  });
}

Deno.test("An adapter that does not answer when it is offered once more what it has refused is filled again", () => {
  const { world, refuse, cleared } = refusingHost();
  assertEquals(world.run(world.setKey(testKey(1), { id: Uint8Array.of(192, 0, 2, 77) })), 0);
  refuse(IsdscStatus.HBA_SECURITY_CACHE_FULL);
  assertEquals(world.run(world.setKey(testKey(2), { adapter: undefined })), NOT_ALL);
  refuse(undefined);
  world.powerOff();
  let offers = 0;
  world.adapter.onCommand = (code) => {
    world.adapter.reachesMemory = code !== MailboxCommand.setPresharedKeyForId || ++offers > 1;
  };
  const begun = cleared();
  world.boot();
  assertEquals([cleared() - begun, world.adapter.content()?.keys.size, world.askForKey().status], [1, 2, 0]);
});

Deno.test("An adapter that keeps an older key because it has refused the new one is filled again", () => {
  const id = Uint8Array.of(192, 0, 2, 77);
  for (const status of [IsdscStatus.HBA_SECURITY_CACHE_FULL, IsdscStatus.OUT_OF_RESOURCES]) {
    for (const persist of [true, false]) {
      const { world, refuse } = refusingHost();
      assertEquals(world.run(world.setKey(testKey(1), { id, adapter: undefined })), 0);
      refuse(status);
      assertEquals(world.run(world.setKey(testKey(2), { id, adapter: undefined, persist })), NOT_ALL);
      refuse(undefined);
      world.askForKey();
      assertEquals([...world.adapter.content()?.keys.values() ?? []], [hex(testKey(2))], `${status}`);
    }
  }
});

Deno.test("An adapter that takes at last what it had refused has it at its place: of several the oldest is the first", () => {
  const { world, refuse } = refusingHost();
  const first = { id: text("first.example"), idType: 2 };
  const second = { id: text("second.example"), idType: 2 };
  refuse(IsdscStatus.HBA_SECURITY_CACHE_FULL);
  assertEquals(world.run(world.setKey(testKey(1), { ...first, adapter: undefined })), NOT_ALL);
  refuse(undefined);
  assertEquals(world.run(world.setKey(testKey(2), second)), 0);
  assertEquals(world.run(world.setKey(testKey(3), first)), 0);
  world.askForKey();
  const names = () => [...world.adapter.content()?.keys.keys() ?? []];
  const expected = [first, second].map((each) => keyName({ portNumber: ALL_PORTS, ...each }));
  assertEquals(names(), expected);
  world.reboot();
  assertEquals(names(), expected);
});

Deno.test("A row that an adapter could not take, for a reason that may go by, is given to it at the next call", () => {
  for (const persist of [true, false]) {
    const { world, refuse } = refusingHost();
    assertEquals(world.run(world.setKey(testKey(1), { id: Uint8Array.of(192, 0, 2, 77) })), 0);
    refuse(IsdscStatus.OUT_OF_RESOURCES);
    assertEquals(world.run(world.setKey(testKey(2), { adapter: undefined, persist })), NOT_ALL);
    refuse(undefined);
    world.askForKey();
    assertEquals(world.adapter.content()?.keys.size, 2);
    assertEquals(refusals(world.memoryStore.rows(), HBA), 0);
  }
});

Deno.test("An adapter that was left alone for a time is filled again when the time is over, and then is whole", () => {
  const { world, refuse, cleared } = refusingHost();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  world.adapter.nonvolatile.guid = new Uint8Array(16);
  refuse(IsdscStatus.OUT_OF_RESOURCES);
  world.reboot();
  const second = world.kernel.frequencyHz;
  for (let call = 0; call < 20; call++) {
    world.askForKey();
    world.pass(second);
  }
  refuse(undefined);
  const begun = cleared();
  world.pass(60 * second);
  assertEquals([world.askForKey().status, cleared() - begun], [0, 1]);
  // What went well ends the pauses: the next failure is met at once again.
  refuse(IsdscStatus.OUT_OF_RESOURCES);
  world.adapter.volatile.guid = new Uint8Array(16);
  world.askForKey();
  refuse(undefined);
  assertEquals([world.askForKey().status, world.adapter.content()?.keys.size], [0, 1]);
});
