/** Regions that no store of this version wrote, on words of all lengths: reported or used, and never a hang. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { crc32c } from "../../../firmware/nvram/crc32c.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import type { MountReport } from "../../../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { callOperations, MeteredFlash, mountOperations } from "../../../sim/lab/explore/cuts/metered_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";

const SECTOR_BYTES = 1024;
const OPTIONS = { maxNameBytes: 16, maxValueBytes: 40 };

class Subject {
  readonly part: FlashPart;
  readonly #meter: MeteredFlash;
  readonly #random: RandomStream;
  #store: RingStore | undefined = undefined;

  constructor(programBytes: number, sectorCount: number, image?: Uint8Array) {
    const geometry = { sectorBytes: SECTOR_BYTES, sectorCount, pageBytes: 64, programBytes };
    const clock = new UntimedClock();
    this.#random = new RandomStreams(`${programBytes}`).stream("store");
    this.part = new FlashPart({ preset: { ...W25Q_REGION, geometry }, clock, random: this.#random });
    if (image !== undefined) this.part.restore(image);
    this.#meter = new MeteredFlash(this.part, clock);
  }

  boot(): MountReport {
    const random = (lengthBytes: number) => this.#random.bytes(lengthBytes);
    this.#store = new RingStore({ flash: this.#meter, sealer, random, ...OPTIONS });
    this.#meter.allow(mountOperations(this.#meter.geometry));
    return runToEnd(this.#store.mount());
  }

  put(name: string, value: string): string {
    this.#meter.allow(callOperations(this.#meter.geometry));
    const record = { class: "preshared-key", name: text(name), value: text(value) } as const;
    return this.#store === undefined ? "no store" : runToEnd(this.#store.put(record)).type;
  }

  get(name: string) {
    return this.#store?.get("preshared-key", text(name));
  }
}

/** An image of a store that has turned its ring. */
function usedImage(programBytes: number, sectorCount = 5): Uint8Array {
  const subject = new Subject(programBytes, sectorCount);
  subject.boot();
  for (let round = 0; round < 150; round++) subject.put(`key ${round % 6}`, `a value of round ${round}`);
  return subject.part.image();
}

/** Whatever there is, the store mounts and works, or says why not and changes nothing. */
function mountsOrReports(programBytes: number, image: Uint8Array, place: string): MountReport {
  const subject = new Subject(programBytes, image.length / SECTOR_BYTES, image);
  const report = subject.boot();
  if (report.type === "failed") {
    assertEquals(subject.put("new", "a value"), "corrupted", place);
    assertEquals(subject.part.image(), image, place);
    return report;
  }
  const stored = subject.put("new", "a value");
  assert(stored === "stored" || stored === "full", `${place}: ${stored}`);
  assertEquals(subject.boot().type, "mounted", place);
  if (stored === "stored") assertEquals(subject.get("new"), { type: "found", value: text("a value") }, place);
  return report;
}

for (const programBytes of PROGRAM_UNITS) {
  Deno.test(`RingStore on words of ${programBytes} bytes mounts noise and spoilt images, or reports them`, () => {
    const random = new RandomStreams(programBytes).stream("noise");
    const used = usedImage(programBytes);
    for (let trial = 0; trial < 60; trial++) {
      const noise = random.bytes(5 * SECTOR_BYTES);
      if (trial % 3 === 1) noise.fill(trial % 2 === 0 ? 0 : 0x52);
      if (trial % 3 === 2) noise.fill(0xff, random.below(noise.length));
      assertEquals(mountsOrReports(programBytes, noise, `noise ${trial}`).type, "mounted");

      // Sectors that changed places, are there twice, or are half of another.
      const spoilt = used.slice();
      for (let count = 0; count < 3; count++) {
        const [from, to] = [random.below(5), random.below(5)];
        const lengthBytes = random.below(2) === 0 ? SECTOR_BYTES : random.below(SECTOR_BYTES);
        spoilt.copyWithin(to * SECTOR_BYTES, from * SECTOR_BYTES, from * SECTOR_BYTES + lengthBytes);
      }
      for (let bits = random.below(40); bits > 0; bits--) {
        const at = random.below(spoilt.length);
        spoilt[at] = (spoilt[at] as number) ^ (1 << random.below(8));
      }
      mountsOrReports(programBytes, spoilt, `spoilt ${trial}`);
    }
  });

  Deno.test(`RingStore on words of ${programBytes} bytes leaves logs of other parts and later versions alone`, () => {
    for (const other of PROGRAM_UNITS.filter((each) => each !== programBytes)) {
      assertEquals(mountsOrReports(programBytes, usedImage(other), `words of ${other}`), {
        type: "failed",
        reason: `the log is for words of ${other} bytes, the part has words of ${programBytes}`,
      });
    }
    const larger = usedImage(programBytes, 7).slice(0, 5 * SECTOR_BYTES);
    assertEquals(mountsOrReports(programBytes, larger, "a larger part").type, "failed");

    const used = usedImage(programBytes);
    for (const version of [4, 5, 7, 0x13, 0x80, 0xff]) {
      for (const isReadable of [true, false]) {
        // All sectors are of the later version, or it has begun to take over a log of this one.
        for (const count of [5, 2]) {
          const later = used.slice();
          for (const sector of newestSectors(used).slice(0, count)) {
            const start = sector * SECTOR_BYTES;
            later[start + 2] = version;
            const sum = isReadable ? crc32c(later, start, start + 24) : 0x1234_5678;
            new DataView(later.buffer).setUint32(start + 24, sum, true);
          }
          const report = mountsOrReports(programBytes, later, `version ${version}`);
          const reason = isReadable ? `the log has format ${version}` : `the region looks like format ${version}`;
          assertEquals(report, { type: "failed", reason: `${reason}, this firmware reads 2 and 3` });
        }
      }
    }
  });
}

/** The sectors that have a header, the newest first. */
function newestSectors(image: Uint8Array): readonly number[] {
  const view = new DataView(image.buffer);
  return Array.from({ length: image.length / SECTOR_BYTES }, (_, index) => index)
    .filter((index) => view.getUint16(index * SECTOR_BYTES, true) === 0x4b52)
    .sort((left, right) =>
      view.getUint32(right * SECTOR_BYTES + 4, true) - view.getUint32(left * SECTOR_BYTES + 4, true)
    );
}

Deno.test("RingStore refuses sizes and rules that make no sense, with field, given and accepted", () => {
  const random = new RandomStreams("options").stream("store");
  const flash = new FlashPart({ preset: W25Q_REGION, clock: new UntimedClock(), random });
  const open = (options: Record<string, unknown>) => () =>
    new RingStore({ flash, sealer, random: (lengthBytes) => random.bytes(lengthBytes), ...options });
  for (const field of ["maxNameBytes", "maxValueBytes"]) {
    for (const given of [NaN, -1, 1.5, Infinity, 1e9, "8", null]) {
      const expected = `${field} is ${given}, expected a whole number from 0 to 4095`;
      assertThrows(open({ [field]: given }), RangeError, expected);
    }
    // A whole number, but no such record fits the sector.
    assertThrows(open({ [field]: 4095 }), RangeError, "The largest record has");
    open({ [field]: 0 })();
  }
  assertThrows(open({ omittedRules: ["fence", "bogus"] }), RangeError, "omittedRules holds bogus, expected some of");
});
