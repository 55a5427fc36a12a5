/** A geometry that makes no sense is refused with the field, what was given and what is accepted. */

import { assertEquals, assertThrows } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer } from "./bench.ts";

const GOOD = { sectorBytes: 1024, sectorCount: 4, pageBytes: 256, programBytes: 4, erasedValue: 255 };

/** A part with a geometry that no type would let through. */
function open(geometry: unknown): RingStore {
  const random = new RandomStreams("1").stream("flash");
  const flash = new FlashPart({ preset: W25Q_REGION, clock: new UntimedClock(), random });
  Object.defineProperty(flash, "geometry", { value: geometry });
  return new RingStore({ flash, sealer, random: (length) => random.bytes(length), maxNameBytes: 8, maxValueBytes: 20 });
}

Deno.test("RingStore refuses texts in the place of numbers, an erased value of other than one bit, and no geometry", () => {
  const sector = "expected a multiple of 256 up to 262144";
  const refused: readonly [unknown, string][] = [
    [{ ...GOOD, sectorBytes: "1024" }, `geometry.sectorBytes is 1024, ${sector}`],
    [{ ...GOOD, sectorBytes: NaN }, `geometry.sectorBytes is NaN, ${sector}`],
    [{ ...GOOD, sectorCount: "4" }, "geometry.sectorCount is 4, expected a whole number from 3 to 256"],
    [{ ...GOOD, pageBytes: "256" }, "geometry.pageBytes is 256, expected a divisor of 1024 and multiple of 4"],
    [{ ...GOOD, pageBytes: 0.5 }, "geometry.pageBytes is 0.5, expected a divisor of 1024 and multiple of 4"],
    [{ ...GOOD, programBytes: "4" }, "geometry.programBytes is 4, expected 1, 2, 4, 8, 16, 32"],
    [{ ...GOOD, erasedValue: 1 }, "geometry.erasedValue is 1, expected 0, 255"],
    [{ ...GOOD, erasedValue: 254 }, "geometry.erasedValue is 254, expected 0, 255"],
    [{ ...GOOD, erasedValue: "0" }, "geometry.erasedValue is 0, expected 0, 255"],
    [{ ...GOOD, erasedValue: null }, "geometry.erasedValue is null, expected 0, 255"],
    [{}, `geometry.sectorBytes is undefined, ${sector}`],
    [null, `geometry.sectorBytes is undefined, ${sector}`],
    [undefined, `geometry.sectorBytes is undefined, ${sector}`],
  ];
  for (const [geometry, message] of refused) {
    const error = assertThrows(() => open(geometry), RangeError);
    assertEquals(error.message, message);
  }
  for (const accepted of [GOOD, { ...GOOD, erasedValue: 0 }, { ...GOOD, erasedValue: undefined }]) open(accepted);
});

Deno.test("RingStore refuses no part, and no sealer", () => {
  const random = new RandomStreams("1").stream("flash");
  const flash = new FlashPart({ preset: W25Q_REGION, clock: new UntimedClock(), random });
  const draw = (length: number) => random.bytes(length);
  const make = (missing: object) => () => Reflect.construct(RingStore, [{ flash, sealer, random: draw, ...missing }]);
  assertThrows(make({ flash: undefined }), RangeError, "geometry.sectorBytes is undefined");
  assertThrows(make({ sealer: undefined }), RangeError, "overheadBytes is undefined, expected a whole number");
});
