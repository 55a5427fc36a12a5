/** An adapter whose flash has a cell that takes no program: what was acknowledged outlives a loss of power. */

import { assert, assertEquals } from "@std/assert";
import { ALL_PORTS } from "../../../firmware/manual/interface.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID } from "../../../host/wmi/security_config_operations.ts";
import { flashRegion, W25Q64JV } from "../../../sim/parts/flash/presets.ts";
import { World } from "../../../sim/lab/world/world.ts";

const SECTOR_BYTES = 4096;
const FQDN = 2;
const GET_PRESHARED_KEY_FOR_ID = 2;
const text = (value: string) => new TextEncoder().encode(value);

/** The status of GetPresharedKeyForId, asked of the adapter itself: the service would replay what it lacks. */
function statusOfKey(world: World, name: string): number {
  const id = text(name);
  const input = new Uint8Array(12 + id.length);
  const view = new DataView(input.buffer);
  view.setUint32(0, ALL_PORTS, true);
  view.setUint32(4, FQDN, true);
  view.setUint32(8, id.length, true);
  input.set(id, 12);
  const request = { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: GET_PRESHARED_KEY_FOR_ID, input };
  const { data } = world.run(world.host.wmi.executeMethod("hba0", request, 16));
  return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
}

/** Sets long keys until one is refused, then a short one; the names that were acknowledged. */
function setUntilRefused(world: World): readonly string[] {
  const acknowledged: string[] = [];
  const set = (name: string, key: string) => {
    const request = { authMethod: 1, securityFlags: 0x0bn, idType: FQDN, id: text(name), key: text(key) };
    const status = world.run(world.host.api.setIScsiIKEInfo("hba0", ALL_PORTS, request, true));
    if (status === 0) acknowledged.push(name);
    return status === 0;
  };
  for (let count = 0; count < 20 && set(`n${count}.${"x".repeat(200)}.example`, "k".repeat(200)); count++);
  set("host.example", "another key");
  return acknowledged;
}

/** Bit 0 of the second sector's first byte, which a header has cleared, sticks at a level. */
function checkWithCellStuckAt(level: 0 | 1): void {
  const world = new World({
    adapters: [{
      name: "hba0",
      ports: [Uint8Array.of(192, 0, 2, 10)],
      flash: flashRegion(W25Q64JV, 8),
      flashFaults: [{ kind: "stuck", address: SECTOR_BYTES, mask: 1, level }],
    }],
  });
  world.powerOn();
  world.settle();
  const acknowledged = setUntilRefused(world);
  assert(acknowledged.length > 8, `${acknowledged.length} keys`);
  world.run(world.host.stopService());
  const adapter = world.adapters.get("hba0")?.adapter;
  assert(adapter !== undefined);
  adapter.powerOff();
  adapter.powerOn();
  world.settle();
  assertEquals(acknowledged.filter((name) => statusOfKey(world, name) !== 0).map((name) => name.slice(0, 12)), []);
}

Deno.test("World: a header that cannot be written costs no key that was acknowledged", () => checkWithCellStuckAt(1));

// The sector that does not erase is retired.
Deno.test(
  "World: a sector that cannot be erased costs no key that was acknowledged",
  () => checkWithCellStuckAt(0),
);
