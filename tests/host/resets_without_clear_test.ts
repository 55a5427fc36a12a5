/**
 * Adapters whose driver is like Microsoft's sample: it has no ClearCache. What lands in their memory just after a reset
 * stays there until the next one. It is acknowledged only if all that was there before has its room beside it.
 */

import { assert, assertEquals, fail } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { hex, keyName } from "./adapter_model.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

const ALL = 0xffff_ffff;
const SECOND = 250_000_000;
/** A command takes 20,000. */
const STEP_CYCLES = 9_001;
const VALUES = { A: 1, B: 2, C: 3, D: 4 } as const;
type Name = keyof typeof VALUES;

function named(name: Name) {
  return { idType: 2, id: new TextEncoder().encode(name) };
}

function setting(world: TestHost, name: Name, adapter: string | undefined = HBA, persist = true): Task<number> {
  return world.setKey(testKey(VALUES[name]), { ...named(name), adapter, persist });
}

function has({ adapter }: TestHost, name: Name): boolean {
  const key = keyName({ portNumber: ALL, ...named(name) });
  return adapter.content()?.keys.get(key) === hex(testKey(VALUES[name]));
}

/** One with two keys, and a second adapter that has room for whatever is set for all. */
function hostWith(capacity: number, provider: "sample" | "complete" = "sample"): TestHost {
  const adapters = [{ storage: "ram", provider, capacity }, { storage: "nvram" }] as const;
  const world = new TestHost({ adapters }).boot();
  for (const name of ["A", "B"] as const) assertEquals(world.run(setting(world, name)), 0);
  return world;
}

const RESETS: Readonly<Record<string, (world: TestHost) => void>> = {
  "the driver resets it": ({ host }) => host.resetAdapter(HBA),
  "the firmware resets itself": ({ adapter }) => adapter.reset(),
  "it loses its power": ({ adapter, kernel }) => {
    adapter.powerOff();
    kernel.schedule(75_000, () => adapter.powerOn());
  },
};

const CALLS: Readonly<Record<string, (world: TestHost) => Task<number>>> = {
  "a key": (world) => setting(world, "C"),
  "a volatile key": (world) => setting(world, "C", HBA, false),
  "a key for all": (world) => world.setKey(testKey(VALUES.C), { ...named("C"), adapter: undefined }),
};

/** Strikes at each moment of a call, and looks at what has come of it. */
function atEachMoment(
  make: () => TestHost,
  call: (world: TestHost) => Task<number>,
  strike: (world: TestHost) => void,
  judge: (world: TestHost, status: number, at: string) => void,
): void {
  let moments = 0;
  for (let after = 1, isOver = false; !isOver; after += STEP_CYCLES, moments++) {
    const world = make();
    const process = world.kernel.spawn("application", call(world));
    world.pass(after);
    isOver = process.over;
    strike(world);
    world.pass(30 * SECOND);
    const status = world.run(world.kernel.join(process)) ?? fail("no answer");
    world.run(world.host.untilReady());
    judge(world, status, `after ${after} cycles: ${status.toString(16)}`);
  }
  assert(moments > 3);
}

for (const [how, strike] of Object.entries(RESETS)) {
  for (const [what, call] of Object.entries(CALLS)) {
    Deno.test(`Without ClearCache ${what} takes no room of what was acknowledged while ${how}`, () => {
      atEachMoment(() => hostWith(2), call, strike, (world, status, at) => {
        assert(status !== 0, at);
        // What has landed there stays until the next reset. Nothing new is acknowledged beside it.
        assert(world.run(setting(world, "D")) === IsdscStatus.HBA_SECURITY_CACHE_FULL, at);
        for (const again of ["by a reset", "by a boot"]) {
          if (again === "by a boot") world.reboot();
          else world.host.resetAdapter(HBA);
          world.pass(5 * SECOND);
          world.run(world.host.untilReady());
          for (const name of ["A", "B"] as const) assert(has(world, name), `${at}, ${name} ${again}`);
          assert(!has(world, "C") && !has(world, "D"), `${at}, ${again}`);
        }
      });
    });
  }

  Deno.test(`Control: with room for all a key is acknowledged without ClearCache, and there, while ${how}`, () => {
    atEachMoment(() => hostWith(3), (world) => setting(world, "C"), strike, (world, status, at) => {
      world.reboot();
      for (const name of ["A", "B"] as const) assert(has(world, name), `${at}, ${name}`);
      assert(status !== 0 || has(world, "C"), at);
    });
  });

  Deno.test(`Control: with ClearCache all that was acknowledged is there at once while ${how}`, () => {
    atEachMoment(() => hostWith(2, "complete"), (world) => setting(world, "C"), strike, (world, status, at) => {
      assert(status !== 0, at);
      world.askForKey(named("A"));
      for (const name of ["A", "B"] as const) assert(has(world, name), `${at}, ${name}`);
    });
  });
}
