/**
 * Many adapters in one world, in a process of its own because memory is measured: prints time and memory as JSON.
 *
 * Arguments: the root of a checkout, adapters, keys of each. With keys each adapter gets them and logs in once.
 *
 * @module
 */

import process from "node:process";
import { ALL_PORTS, IdentificationType } from "../firmware/manual/interface.ts";
import { LoginFlag } from "../host/iscsidsc/structures.ts";
import type { World } from "../sim/lab/world/world.ts";

declare const gc: () => void;

const [root = "", adapterCount = "", keyCount = ""] = Deno.args;
const adapters = Number(adapterCount);
const keys = Number(keyCount);
const { World: Class } = await import(new URL("sim/lab/world/world.ts", root).href) as { World: typeof World };

const TARGET = Uint8Array.of(172, 16, 0, 1);
const KEY = new TextEncoder().encode("a key for all of them");

/** What typed arrays hold outside of the heap, and the heap itself. */
async function heldKiB(): Promise<{ readonly heap: number; readonly outside: number }> {
  // Buffers are given back after a collection, by another thread.
  for (let turn = 0; turn < 3; turn++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed / 1024, outside: external / 1024 };
}

function requireSuccess(status: number): void {
  if (status !== 0) throw new Error(`a call failed with status 0x${status.toString(16)}`);
}

function keyedWorld(): World {
  return new Class({
    adapters: Array.from({ length: adapters }, (_, index) => ({
      name: `hba${index}`,
      ports: [Uint8Array.of(10, index >>> 16, (index >>> 8) & 0xff, index & 0xff)],
    })),
    ...(keys === 0 ? {} : { targets: [{ name: "disk", address: TARGET, keys: [{ id: "any", key: KEY }] }] }),
  });
}

const before = await heldKiB();
const start = process.cpuUsage();
const world = keyedWorld();
world.powerOn();
world.settle();
const booted = await heldKiB();
const outsideKiB = (booted.outside - before.outside) / adapters;
const heapKiB = (booted.heap - before.heap) / adapters;
for (let count = 1; count < keys; count++) {
  const id = Uint8Array.of(172, 16, 0, count);
  const information = { authMethod: 1, securityFlags: 0x27n, idType: IdentificationType.ID_IPV4_ADDR, id, key: KEY };
  requireSuccess(world.run(world.host.api.setIScsiIKEInfo(undefined, ALL_PORTS, information, false)));
}
if (keys > 0) requireSuccess(world.run(world.host.api.setIScsiGroupPresharedKey(KEY, false)));
for (let index = 0; keys > 0 && index < adapters; index++) {
  const login = world.run(world.host.api.loginIScsiTarget({
    targetName: "iqn.2026-01.example:disk",
    initiatorInstance: `hba${index}`,
    targetPortal: { address: "172.16.0.1" },
    loginOptions: { version: 0, loginFlags: LoginFlag.multipathEnabled },
  }));
  requireSuccess(login.status);
}
const { user, system } = process.cpuUsage(start);
const peakKiB = process.resourceUsage().maxRSS;
console.log(JSON.stringify({ milliseconds: (user + system) / 1000, peakKiB, outsideKiB, heapKiB }));
