/**
 * The worlds that rows run: what a user waits for.
 *
 * @module
 */

import type { World } from "../../sim/lab/world/world.ts";
import type { WorldOptions } from "../../sim/lab/world/world_options.ts";
import { ALL_PORTS, IdentificationType } from "../../firmware/manual/interface.ts";
import type { Checkout } from "../checkout.ts";

type WorldModule = typeof import("../../sim/lab/world/world.ts");

const ADDRESS = Uint8Array.of(192, 0, 2, 10);
const SETS = 10;

/** The adapter of a world that has one. */
export const NAME = "hba0";

/** The class of worlds of a checkout. */
export async function worldClass(checkout: Checkout): Promise<typeof World> {
  return (await checkout.module<WorldModule>("sim/lab/world/world.ts")).World;
}

/** A world with adapters of one port each, not yet under power. */
export function worldOf(Class: typeof World, adapters = 1, others: Omit<WorldOptions, "adapters"> = {}): World {
  const port = (index: number) => [Uint8Array.of(10, index >>> 16, (index >>> 8) & 0xff, index & 0xff)];
  return new Class({
    ...others,
    adapters: Array.from({ length: adapters }, (_, index) => ({
      name: `hba${index}`,
      ports: adapters === 1 ? [ADDRESS] : port(index),
    })),
  });
}

/** Sets a key that no call has set before, so that no layer can leave the work out. */
export function setKey(world: World, count: number, adapter: string | undefined): void {
  const key = new Uint8Array(16);
  new DataView(key.buffer).setUint32(0, count);
  const information = {
    authMethod: 1,
    securityFlags: 0x27n,
    idType: IdentificationType.ID_IPV4_ADDR,
    id: ADDRESS,
    key,
  };
  const status = world.run(world.host.api.setIScsiIKEInfo(adapter, ALL_PORTS, information, true));
  if (status !== 0) throw new Error(`SetIScsiIKEInfo failed with status ${status}`);
}

/** Boot, ten sets of keys, and a reboot after the loss of power. */
export function story(Class: typeof World, others: Omit<WorldOptions, "adapters"> = {}): World {
  const world = worldOf(Class, 1, others);
  world.powerOn();
  world.settle();
  for (let count = 0; count < SETS; count++) setKey(world, count, NAME);
  world.powerOff();
  world.powerOn();
  world.settle();
  return world;
}
