/** The receive ring before firmware that needs its time for each datagram. */

import { assert, assertEquals } from "@std/assert";
import { DEFAULT_COSTS } from "../../../sim/parts/cost_table.ts";
import { World } from "../../../sim/lab/world/world.ts";

const PORT = Uint8Array.of(192, 0, 2, 10);
const STRANGER = Uint8Array.of(192, 0, 2, 20);
/** Length of the ring. */
const RING = 256;

/** So many datagrams, so many cycles apart, of which none is the beginning of anything; what became of them. */
function burst(datagrams: number, gapCycles: number) {
  const world = new World({ adapters: [{ name: "hba0", ports: [PORT] }] });
  world.powerOn();
  world.settle();
  const networkInterface = world.adapters.get("hba0")?.networkInterface;
  assert(networkInterface !== undefined);
  for (let index = 0; index < datagrams; index++) {
    world.kernel.schedule(1 + index * gapCycles, () =>
      networkInterface.deliver({
        source: { address: STRANGER, port: 500 },
        destination: { address: PORT, port: 500 },
        payload: new Uint8Array(28).fill(index & 0xff),
      }));
  }
  world.advance(datagrams * gapCycles + RING * 10 * DEFAULT_COSTS.packetCycles);
  return networkInterface.counters;
}

Deno.test("The receive ring loses nothing of datagrams that come more slowly than the firmware takes them", () => {
  const { received, overruns } = burst(1000, 5 * DEFAULT_COSTS.packetCycles);
  assertEquals([received, overruns], [1000, 0]);
});

Deno.test("The receive ring keeps as many as it is long of datagrams that come in one cycle", () => {
  const { received, overruns } = burst(10_000, 0);
  assertEquals([received, overruns], [RING, 10_000 - RING]);
});

Deno.test("The receive ring overflows in a burst that is faster than the firmware takes datagrams", () => {
  for (const gapCycles of [1, 100]) {
    const { received, overruns } = burst(10_000, gapCycles);
    assertEquals(received + overruns, 10_000);
    const taken = Math.ceil(10_000 * gapCycles / DEFAULT_COSTS.packetCycles);
    const place = `one datagram each ${gapCycles} cycles: ${overruns} overruns`;
    assert(overruns >= 10_000 - RING - taken - 1, place);
    assert(overruns <= 10_000 - RING, place);
  }
});
