/**
 * The interrupt with which an adapter tells that it has got power, or was
 * reset, is lost or late. Power is told by the slot; a reset stands in the
 * registers, where whoever waits for the adapter, or asks it next, finds it.
 */

import { assertEquals } from "@std/assert";
import { Control, Register } from "../../firmware/manual/interface.ts";
import type { Cycles } from "../../sim/kernel/task.ts";
import type { World } from "../../sim/lab/world/world.ts";
import type { WorldOptions } from "../../sim/lab/world/world_options.ts";
import {
  ADAPTER,
  bootWorld,
  getKey,
  keySetting,
  login,
  loginCall,
  PORT,
  secondsOf,
  setKey,
  targetWithKey,
  unit,
} from "./world_support.ts";

const MILLISECOND_NS = 1e6;
const SECOND_NS = 1e9;
const KEY = "a key for this adapter";

/** What becomes of the interrupt. */
const FATES: Readonly<Record<string, (world: World) => Cycles | "lost">> = {
  lost: () => "lost",
  "1 ms late": (world) => world.cycles(MILLISECOND_NS),
  // In the middle of the boot, and long after it.
  "300 ms late": (world) => world.cycles(300 * MILLISECOND_NS),
  "10 s late": (world) => world.cycles(10 * SECOND_NS),
};

/** What else happens to the adapter after it has got its power back. */
const RESETS: Readonly<Record<string, (world: World) => void>> = {
  "no reset": () => {},
  "a firmware reset": (world) => unit(world).adapter.reset(),
  "a driver reset": (world) => world.host.resetAdapter(ADAPTER),
  "another loss of power": (world) => {
    unit(world).adapter.powerOff();
    world.kernel.schedule(world.cycles(MILLISECOND_NS), () => unit(world).adapter.powerOn());
  },
};

/** What happens to the service while the adapter is away. */
const SERVICE: Readonly<Record<string, (world: World) => void>> = {
  "the service runs": () => {},
  "a key is set": (world) => void world.kernel.spawn("setting", keySetting(world, KEY)),
  "the service is killed": (world) => {
    world.host.killService();
    world.kernel.spawn("start", world.host.startService());
  },
  "the service is stopped": (world) => {
    world.kernel.spawn("restart", restart(world));
  },
};

function* restart({ host }: World) {
  yield* host.stopService();
  yield* host.startService();
}

const OPTIONS: WorldOptions = { adapters: [{ name: ADAPTER, ports: [PORT] }], targets: [targetWithKey(KEY)] };

/** An adapter with a key. */
function worldWithKey(storage: "nvram" | "ram" | "none" = "nvram"): World {
  const world = bootWorld({ ...OPTIONS, adapters: [{ name: ADAPTER, ports: [PORT], keyStorage: storage }] });
  assertEquals(setKey(world, KEY), 0);
  return world;
}

/** Of the interrupts that tell of a reset, so many have this fate. */
function spoil(world: World, fate: (world: World) => Cycles | "lost", count = 1): void {
  const { registers } = unit(world).adapter;
  registers.interruptTaps.add(() => {
    const isOfReset = (registers.read(Register.controlStatus) & Control.netResetInterrupt) !== 0;
    return isOfReset && count-- > 0 ? fate(world) : undefined;
  });
}

function standing(world: World) {
  return [world.host.adapterState(ADAPTER), getKey(world), login(world)];
}

Deno.test("An adapter gets its power back, and its interrupt is lost or late: it comes up, whatever happens beside", () => {
  let cases = 0;
  for (const storage of ["nvram", "ram", "none"] as const) {
    for (const [fateName, fate] of Object.entries(FATES)) {
      for (const [resetName, reset] of Object.entries(RESETS)) {
        for (const [serviceName, service] of Object.entries(SERVICE)) {
          for (const milliseconds of [0, 200]) {
            const world = worldWithKey(storage);
            unit(world).adapter.powerOff();
            service(world);
            world.advance(world.cycles(20 * MILLISECOND_NS));
            spoil(world, fate);
            unit(world).adapter.powerOn();
            world.advance(world.cycles(milliseconds * MILLISECOND_NS));
            reset(world);
            world.settle();
            assertEquals(
              standing(world),
              ["ready", 0, 0],
              [storage, fateName, serviceName, resetName, `${milliseconds} ms`].join(", "),
            );
            cases++;
          }
        }
      }
    }
  }
  assertEquals(cases, 384);
});

Deno.test("A driver that nobody has asked for anything brings its adapter up in the time of a boot", () => {
  const world = worldWithKey();
  unit(world).adapter.powerOff();
  // The driver notices the removal.
  getKey(world);
  assertEquals(world.host.adapterState(ADAPTER), "absent");
  spoil(world, () => "lost", Infinity);
  unit(world).adapter.powerOn();
  world.advance(world.cycles(SECOND_NS));
  assertEquals(world.host.adapterState(ADAPTER), "ready");
});

Deno.test("The slot tells of power, and nothing of a reset", () => {
  const world = worldWithKey();
  const { adapter } = unit(world);
  let arrivals = 0;
  world.kernel.spawn("listener", listen(), { daemon: true });
  function* listen() {
    for (;;) {
      yield* adapter.registers.arrival.wait();
      arrivals++;
    }
  }
  const arrivalsAfter = (action: () => void) => {
    action();
    world.advance(world.cycles(SECOND_NS));
    return arrivals;
  };
  assertEquals(arrivalsAfter(() => adapter.reset()), 0);
  assertEquals(arrivalsAfter(() => world.host.resetAdapter(ADAPTER)), 0);
  assertEquals(arrivalsAfter(() => adapter.powerOff()), 0);
  assertEquals(arrivalsAfter(() => adapter.powerOn()), 1);
  // It has power already.
  assertEquals(arrivalsAfter(() => adapter.powerOn()), 1);
});

Deno.test("A reset of which the driver does not hear is found by the next request, and that succeeds", () => {
  const world = worldWithKey();
  spoil(world, () => "lost");
  unit(world).adapter.reset();
  world.advance(world.cycles(2 * SECOND_NS));
  const seconds = secondsOf(world, () => assertEquals(setKey(world, "another key"), 0));
  // A busy request comes again after 250 ms, by which the adapter is up.
  assertEquals(seconds < 2, true, `${seconds} s`);
  assertEquals(getKey(world), 0);
});

Deno.test("A reset during a command of which the driver does not hear ends the command, whenever it comes", () => {
  for (const microseconds of [1, 20, 40, 60, 80, 100, 110, 150, 200, 400, 1000, 2000]) {
    const world = worldWithKey();
    spoil(world, () => "lost");
    const setting = world.kernel.spawn("setting", keySetting(world, KEY));
    world.advance(world.cycles(microseconds * 1000));
    unit(world).adapter.reset();
    const seconds = secondsOf(world, () => world.kernel.runUntil(setting, world.now + world.cycles(60 * SECOND_NS)));
    assertEquals([setting.over, seconds < 5], [true, true], `${microseconds} µs: ${seconds} s`);
    world.settle();
    assertEquals(standing(world), ["ready", 0, 0], `${microseconds} µs`);
  }
});

Deno.test("A reset during a login of which the driver does not hear ends the login within its timer's second", () => {
  const world = bootWorld({ ...OPTIONS, targets: [] });
  assertEquals(setKey(world, KEY), 0);
  const held = world.kernel.spawn("login", loginCall(world));
  world.advance(world.cycles(SECOND_NS / 10));
  assertEquals(held.over, false);
  spoil(world, () => "lost");
  unit(world).adapter.reset();
  const seconds = secondsOf(world, () => world.kernel.runUntil(held, world.now + world.cycles(60 * SECOND_NS)));
  assertEquals([held.over, seconds < 2], [true, true], `${seconds} s`);
});

Deno.test("An adapter that was given up and is reset unheard is brought up when it is asked for something", () => {
  const world = worldWithKey();
  const { adapter } = unit(world);
  // Its firmware hangs in its boot, as the driver sees it, until the driver gives it up.
  world.host.resetAdapter(ADAPTER);
  while (world.host.adapterState(ADAPTER) !== "failed") {
    world.advance(world.cycles(10 * MILLISECOND_NS));
    adapter.registers.raiseFatalError();
  }
  spoil(world, () => "lost");
  adapter.reset();
  world.advance(world.cycles(2 * SECOND_NS));
  assertEquals(world.host.adapterState(ADAPTER), "failed");
  getKey(world);
  world.settle();
  assertEquals(standing(world), ["ready", 0, 0]);
});
