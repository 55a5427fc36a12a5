/**
 * Bus addresses of 32 bits are used again; and an adapter that cannot reach
 * host memory never makes the service acknowledge a key that nobody has.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { DmaMemory } from "../../firmware/manual/interface.ts";
import { HBA_INFORMATION_GUID } from "../../host/wmi/adapter_information.ts";
import { hex } from "./adapter_model.ts";
import { RealAdapter } from "./real_adapter.ts";
import { HBA, HostOf, testKey } from "./test_host.ts";
import { ALL } from "./trap_support.ts";

const BUS_BYTES = 2 ** 32;
const BLOCK_BYTES = 1 << 20;

function bootFirmware(storage: "nvram" | "ram"): HostOf<RealAdapter> {
  return new HostOf({ adapters: [{ storage }] }, (options) => new RealAdapter(options)).boot();
}

/** Allocates and frees more memory than the bus has addresses, block by block. */
function goOnceRound(memory: DmaMemory): void {
  for (let used = 0; used < BUS_BYTES; used += BLOCK_BYTES) memory.free(memory.allocate(BLOCK_BYTES));
}

Deno.test("Bus addresses of buffers that were freed are used again, those of live ones are not", () => {
  const memory = new DmaMemory();
  const live = Array.from({ length: 100 }, (_, index) => memory.allocate(1 + index * 7));
  goOnceRound(memory);
  for (let index = 0; index < 100; index++) live.push(memory.allocate(1 + index * 7));
  live.sort((a, b) => a.busAddress - b.busAddress);
  let end = 0;
  for (const { busAddress, bytes } of live) {
    assert(busAddress >= end, `two buffers overlap at 0x${busAddress.toString(16)}`);
    end = busAddress + bytes.length;
    assert(end <= BUS_BYTES, `0x${busAddress.toString(16)} is no address of 32 bits`);
  }
});

Deno.test("An adapter takes commands after more DMA than the bus has addresses", () => {
  for (const storage of ["nvram", "ram"] as const) {
    const world = bootFirmware(storage);
    assertEquals(world.run(world.setKey(testKey(1))), 0);
    goOnceRound(world.dmaMemory);
    assertEquals(world.run(world.setKey(testKey(2))), 0);
    assertEquals([...world.adapter.content()?.keys.values() ?? []], [hex(testKey(2))], "the key that is in force");
    assertEquals(world.run(world.host.wmi.queryInstance(HBA, HBA_INFORMATION_GUID, 4152)).ntStatus, 0);
  }
});

Deno.test("A setting is refused, never acknowledged, while the adapter cannot reach host memory", () => {
  for (const storage of ["nvram", "ram"] as const) {
    const world = bootFirmware(storage);
    world.dmaMemory.view = () => undefined;
    assertNotEquals(world.run(world.setKey(testKey(1))), 0, `SetIScsiIKEInfo, storage ${storage}`);
    assertNotEquals(
      world.run(world.host.api.setIScsiGroupPresharedKey(testKey(2), true)),
      0,
      `SetIScsiGroupPresharedKey, storage ${storage}`,
    );
    assertNotEquals(
      world.run(
        world.host.api.getIScsiIKEInfo(HBA, ALL, undefined, {
          authMethod: 1,
          idType: 1,
          id: Uint8Array.of(192, 0, 2, 10),
        }),
      ).status,
      0,
    );
  }
});

Deno.test("An adapter that reaches host memory again takes and uses keys", () => {
  const world = bootFirmware("nvram");
  const view = world.dmaMemory.view.bind(world.dmaMemory);
  world.dmaMemory.view = () => undefined;
  world.run(world.setKey(testKey(1)));
  world.dmaMemory.view = view;
  assertEquals(world.run(world.setKey(testKey(2))), 0);
  assertEquals([...world.adapter.content()?.keys.values() ?? []], [hex(testKey(2))]);
});
