/** A part that was just powered up takes no write (tPUW): whoever mounts waits for it, however little there is to read. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q64JV } from "../../../sim/parts/flash/presets.ts";

Deno.test("a cut is judged, and the next boot writes, on the smallest region of every part", () => {
  // Sectors of 2 KiB are too small for three of them to have room for a key.
  const regions = { W25Q64JV: 3, BY25Q64AS: 3, MX25V1635F: 3, S25HL512T: 3, M25P64: 3, STM32L4: 8, STM32H743: 3 };
  for (const [part, fewest] of Object.entries(regions)) {
    for (const sectors of [fewest, fewest + 4]) {
      const { verdicts } = runScenarioText(
        `
name: a small region
adapters: { hba0: { storage: nvram, ports: [192.0.2.10], flash: { part: ${part}, sectors: ${sectors} } } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
    faults: [{ powerCycle: { adapter: hba0, flashProgram: 1, after: 17bytes } }]
    expect: old or new
  - powerCycle: { adapter: hba0 }
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - powerCycle: { adapter: hba0 }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`,
        "small.yaml",
      );
      assert(verdicts.length > 1);
      assertEquals(verdicts.filter(({ holds }) => !holds), [], `${part}, ${sectors} sectors`);
    }
  }
});

Deno.test("a mount waits for the time that its part needs after power-up, whatever erased flash reads as", () => {
  for (const erasedValue of [255, 0] as const) {
    const clock = new UntimedClock();
    const random = new RandomStreams("power-up").stream("bits");
    const preset = {
      ...W25Q64JV,
      geometry: { sectorBytes: 4096, sectorCount: 3, pageBytes: 256, erasedValue },
      commands: { failBits: true, writeInhibitNanoseconds: 1_000_000_000 },
    };
    const flash = new FlashPart({ preset, clock, random });
    for (let boot = 0; boot < 2; boot++) {
      flash.powerOn();
      const poweredAt = clock.now;
      const sealer = new SecretboxSealer(new Uint8Array(32));
      const store = new RingStore({ flash, sealer, random: (lengthBytes) => random.bytes(lengthBytes) });
      assertEquals(runToEnd(store.mount()).type, "mounted");
      assert(clock.now - poweredAt >= 250_000_000);
      flash.powerOff();
    }
  }
});
