/**
 * The last record has bits that read as they like, and the part refuses operations in a row before it takes anything:
 * what the first mount has answered, the old value or the new one, each later mount answers, too.
 */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import type { FlashGeometry, FlashOutcome, NorFlash } from "../../../sim/parts/flash/nor_flash.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer } from "./bench.ts";

/** Over so many refusals mounts agree: what FORMAT.md promises (Limits). */
const REFUSALS = 7;
const BOOTS = 4;
const SEEDS = 150;

/** A part that refuses some operations, says so, and leaves everything as it is. */
class Refusing implements NorFlash {
  readonly geometry: FlashGeometry;
  /** So many operations are still refused. */
  refusals = 0;
  readonly #part: FlashPart;

  constructor(part: FlashPart) {
    this.geometry = part.geometry;
    this.#part = part;
  }

  read = (address: number, lengthBytes: number) => this.#part.read(address, lengthBytes);
  readInto = (address: number, target: Uint8Array) => this.#part.readInto(address, target);
  readStatus = () => this.#part.readStatus();
  writeEnable = () => this.#part.writeEnable();
  blockErase = (address: number) => this.#part.blockErase(address);

  *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    return this.refusals-- > 0 ? "program failed" : yield* this.#part.pageProgram(address, bytes);
  }

  *sectorErase(address: number): Task<FlashOutcome> {
    return this.refusals-- > 0 ? "erase failed" : yield* this.#part.sectorErase(address);
  }
}

type Sized = Pick<FlashGeometry, "sectorCount" | "programBytes">;

/** What mounts in a row answer. */
function answers(seed: number, geometryOf: Sized, refusals: number): readonly string[] {
  const streams = new RandomStreams(seed);
  const random = streams.stream("store");
  const geometry = { sectorBytes: 1024, pageBytes: 256, ...geometryOf };
  const preset = { ...W25Q_REGION, geometry };
  const part = new FlashPart({ preset, clock: new UntimedClock(), random: streams.stream("flash") });
  const flash = new Refusing(part);
  const sizes = { maxNameBytes: 4, maxValueBytes: 20 };
  const open = () => new RingStore({ flash, sealer, random: (length) => random.bytes(length), ...sizes });
  const name = Uint8Array.of(1);
  const store = open();
  runToEnd(store.mount());
  let before = part.image();
  let erases = "";
  // The last of them into a head that is open.
  for (let puts = 2 + random.below(20); puts > 0 || part.sectorErases.join() !== erases; puts--) {
    before = part.image();
    erases = part.sectorErases.join();
    runToEnd(store.put({ class: "preshared-key", name, value: random.bytes(16) }));
  }
  // As power leaves them that goes at the end of a program.
  const [record] = diffImages(before, part.image(), 8);
  let left = 1 + random.below(6);
  record?.after.forEach((byte, index) => {
    const driven = ~byte & (record.before[index] ?? 0);
    if (index < 8 || driven === 0 || random.below(3) > 0 || left-- <= 0) return;
    part.inject({ kind: "weak", address: record.address + index, mask: driven & -driven });
  });
  flash.refusals = refusals;
  return Array.from({ length: BOOTS }, () => {
    const again = open();
    assertEquals(runToEnd(again.mount()).type, "mounted");
    const answer = again.get("preshared-key", name);
    return answer.type === "found" ? hex(answer.value).slice(0, 8) : answer.type;
  });
}

for (const programBytes of [1, 4, 16, 32]) {
  for (const sectorCount of [3, 4, 5, 16]) {
    Deno.test(`RingStore on words of ${programBytes}, ${sectorCount} sectors: mounts agree over ${REFUSALS} refusals in a row`, () => {
      for (let seed = 0; seed < SEEDS; seed++) {
        for (const refusals of [1, 4, REFUSALS - 2, REFUSALS - 1, REFUSALS]) {
          const given = answers(seed, { sectorCount, programBytes }, refusals);
          assertEquals(new Set(given).size, 1, `seed ${seed}, ${refusals} refusals: ${given}`);
        }
      }
    });
  }
}
