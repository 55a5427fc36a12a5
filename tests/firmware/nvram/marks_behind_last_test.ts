/** Behind the last record stands what reads as one mark after the other: how many there are is no matter to a mount. */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";

/** The head of a mark without payload. */
const MARK = [0, 0, 0, 0x7e];

for (const [sectorBytes, programBytes] of [[131_072, 1], [262_144, 16]] as const) {
  Deno.test(`RingStore on words of ${programBytes} mounts a head of ${sectorBytes} bytes that ends with what looks like marks`, () => {
    const geometry = { sectorBytes, sectorCount: 3, pageBytes: 256, programBytes };
    const mounted = (image?: Uint8Array) => {
      const random = new RandomStreams("zeros").stream(image === undefined ? "first" : "second");
      const preset = { ...W25Q_REGION, geometry };
      const flash = new FlashPart({ preset, clock: new UntimedClock(), random, ...(image && { image }) });
      const store = new RingStore({ flash, sealer, random: (bytes) => random.bytes(bytes) });
      assertEquals(runToEnd(store.mount()).type, "mounted");
      return { flash, store };
    };
    const { flash, store } = mounted();
    const key = { class: "preshared-key", name: text("k"), value: new Uint8Array(20).fill(1) } as const;
    assertEquals(runToEnd(store.put(key)).type, "stored");
    const image = flash.image();
    const written = image.subarray(0, sectorBytes).findLastIndex((byte) => byte !== 0xff) + 1;
    for (let at = Math.ceil(written / programBytes) * programBytes; at < sectorBytes; at += 4) image.set(MARK, at);
    const { value } = key;
    assertEquals(mounted(image).store.get(key.class, key.name), { type: "found", value });
  });
}
