/**
 * Sectors are opened one behind the other, with nothing but copies in them, and power goes while one is erased that the
 * newest has freed: all of it is zero but for its beginning, so that its header still verifies. A mount that does not
 * believe the newest, because it cannot drive its header or nothing was written to it, must not go back to that log.
 */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { headerBytes, PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { lines, readingOf } from "./format_lines.ts";
import { FormatReader } from "./format_reader.ts";

const SECTOR_BYTES = 1024;
const PLAIN = ["a", "b"];
const DRIVES = 6;

interface Erase {
  /** The region when it was half done. */
  readonly region: Uint8Array;
  /** The sector that was opened before. */
  readonly head: number | undefined;
}

/** A store of two plain records and a key, of which the key is cleared. */
class ClearedStore {
  readonly #random = new RandomStreams("erased from the end");
  readonly #geometry;
  readonly #failBits: boolean;

  constructor(programBytes: number, sectorCount: number, failBits: boolean) {
    this.#geometry = { sectorBytes: SECTOR_BYTES, sectorCount, pageBytes: 64, programBytes };
    this.#failBits = failBits;
  }

  #part(image: Uint8Array | undefined, onBegin: ConstructorParameters<typeof FlashPart>[0]["onBegin"]): FlashPart {
    const preset = { ...W25Q_REGION, geometry: this.#geometry, commands: { failBits: this.#failBits } };
    const random = this.#random.stream("part");
    return new FlashPart({
      preset,
      clock: new UntimedClock(),
      random,
      ...(image && { image }),
      ...(onBegin && { onBegin }),
    });
  }

  #boot(flash: FlashPart): RingStore {
    const random = this.#random.stream("ids");
    const sizes = { maxNameBytes: 8, maxValueBytes: 40 };
    const store = new RingStore({ flash, sealer, random: (bytes) => random.bytes(bytes), ...sizes });
    assertEquals(runToEnd(store.mount()).type, "mounted");
    return store;
  }

  /** Each erase of a clearing, half done; before it the sector of the header so far on refuses all but its header. */
  erases(puts: number, refusing: number | undefined): readonly Erase[] {
    const erases: Erase[] = [];
    let head: number | undefined;
    let headers = -1;
    const flash = this.#part(undefined, ({ kind, address }) => {
      if (headers < 0) return;
      const sector = Math.floor(address / SECTOR_BYTES);
      if (kind === "program" && address % SECTOR_BYTES === 0 && head !== sector) {
        head = sector;
        if (++headers === refusing) {
          const start = headerBytes(this.#geometry.programBytes);
          const place = { address: address + start, lengthBytes: SECTOR_BYTES - start };
          flash.inject({ kind: "program failure", ...place, times: 30, reported: this.#failBits });
        }
      } else if (kind === "erase") {
        const region = flash.image().fill(0, address + SECTOR_BYTES / 16, address + SECTOR_BYTES);
        erases.push({ region, head });
      }
    });
    const store = this.#boot(flash);
    const put = (recordClass: "tunnel-address" | "preshared-key", name: string, byte: number) => {
      const value = new Uint8Array(32).fill(byte);
      assertEquals(runToEnd(store.put({ class: recordClass, name: text(name), value })).type, "stored");
    };
    for (const name of PLAIN) put("tunnel-address", name, 7);
    for (let count = 0; count < puts; count++) put("preshared-key", "k", count + 1);
    headers = 0;
    assertEquals(runToEnd(store.clearSecrets()).type, "stored");
    return erases;
  }

  /** What a mount finds of the plain records, whose head's header may refuse to be driven. */
  found({ region, head }: Erase, refusesHeader: boolean): number {
    const { sectorBytes, programBytes } = this.#geometry;
    const flash = this.#part(region, undefined);
    const place = { address: (head ?? 0) * sectorBytes, lengthBytes: headerBytes(programBytes) };
    if (refusesHeader) flash.inject({ kind: "program failure", ...place, times: DRIVES, reported: true });
    const store = this.#boot(flash);
    // The reader takes each header for one that can be driven.
    const reading = new FormatReader(new Uint8Array(32).fill(9)).read(region, sectorBytes, programBytes);
    if (!refusesHeader) assertEquals(lines(readingOf(store)), lines(reading));
    return PLAIN.filter((name) => store.get("tunnel-address", text(name)).type === "found").length;
  }
}

for (const programBytes of PROGRAM_UNITS) {
  for (const failBits of [true, false]) {
    Deno.test(`RingStore on words of ${programBytes}, ${failBits ? "with" : "without"} fail bits: an erase that has reached all but the header of what the head has freed takes nothing`, () => {
      let erases = 0;
      for (const sectorCount of [3, 4, 5]) {
        for (let puts = 1; puts < 50; puts += 6) {
          for (const refusing of [undefined, 1, 2, 3]) {
            const cleared = new ClearedStore(programBytes, sectorCount, failBits);
            for (const erase of cleared.erases(puts, refusing)) {
              erases++;
              const refusesHeader = programBytes === 1 && failBits;
              const place = `${sectorCount} sectors, ${puts} puts, refusing ${refusing}`;
              assertEquals(cleared.found(erase, refusesHeader), PLAIN.length, place);
            }
          }
        }
      }
      assert(erases > 150, `${erases}`);
    });
  }
}
