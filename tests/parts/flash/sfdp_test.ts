/** What parts say of themselves, read by a driver's reader of JESD216. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { hexToBytes } from "@noble/hashes/utils.js";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import {
  BY25Q64AS,
  type FlashPreset,
  flashRegion,
  M25P64,
  MX25V1635F,
  S25HL512T,
  W25Q64JV,
} from "../../../sim/parts/flash/presets.ts";
import { readFlashParameters } from "./sfdp_reader.ts";

/**
 * Read from a W25Q64JV (id EF4017): header, and the basic table at 80h. From the README of the public project
 * STM32-LittleFS-QSPI.
 */
const W25Q64JV_TABLE = "e520f9ffffffff0344eb086b083b42bbfeffffffffff0000ffff40eb0c200f52" +
  "10d800003602a60082ea14c4e96376337a757a75f7a2d55c19f74dffe930f880";

const REAL = new Uint8Array(0xc0).fill(0xff);
REAL.set(hexToBytes("53464450050100ff"), 0);
REAL.set(hexToBytes("00050110800000ff"), 8);
REAL.set(hexToBytes(W25Q64JV_TABLE), 0x80);

function sfdpOfPart(preset: FlashPreset): Uint8Array {
  const random = new RandomStreams(1).stream("flash");
  const part = new FlashPart({ preset, clock: new UntimedClock(), random });
  return runToEnd(part.readSfdp(0, 0x100));
}

Deno.test("the reader of SFDP reads the table of a real W25Q64JV as published", () => {
  assertEquals(readFlashParameters(REAL), {
    lengthBytes: 8_388_608,
    eraseTypes: [
      { lengthBytes: 4096, opcode: 0x20, milliseconds: 64 },
      { lengthBytes: 32_768, opcode: 0x52, milliseconds: 128 },
      { lengthBytes: 65_536, opcode: 0xd8, milliseconds: 160 },
    ],
    eraseFactor: 14,
    pageBytes: 256,
    pageMicroseconds: 704,
    programFactor: 6,
    firstByteMicroseconds: 32,
    nextByteMicroseconds: 3,
    chipEraseSeconds: 20,
    suspend: {
      eraseMicroseconds: 20,
      eraseIntervalMicroseconds: 512,
      programMicroseconds: 20,
      programIntervalMicroseconds: 128,
      opcodes: [0x75, 0x7a, 0x75, 0x7a],
    },
    deepPowerDown: { enter: 0xb9, exit: 0xab, microseconds: 3 },
    hasReset66: true,
  });
  assertThrows(() => readFlashParameters(new Uint8Array(256).fill(0xff)), Error, "no SFDP signature");
});

Deno.test("FlashPart.readSfdp(): a simulated W25Q64JV has the real one's table, but for times of the sheet and fast reads", () => {
  const ours = sfdpOfPart(W25Q64JV);
  assertEquals(ours.subarray(0, 0x80), REAL.subarray(0, 0x80));
  const words = (bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset + 0x80);
    return Array.from({ length: 16 }, (_, index) => view.getUint32(4 * index, true));
  };
  const [mine, real] = [words(ours), words(REAL)];
  // Density, erase types, suspend with its restrictions and opcodes, deep power-down: bit by bit.
  for (const dword of [2, 8, 9, 12, 13, 14]) assertEquals(mine[dword - 1], real[dword - 1], `double word ${dword}`);
  // Size, opcode, granularity, address bytes; the other bits are those of reads with several lines, which are not simulated.
  assertEquals((mine[0] ?? 0) & 0x0006_ffff, (real[0] ?? 0) & 0x0006_ffff);
  assertEquals((mine[15] ?? 0) & 0x1000, (real[15] ?? 0) & 0x1000);
});

Deno.test("FlashPart.readSfdp() tells a driver size, erases, page and times of each part that has SFDP, none shorter than the preset's", () => {
  for (const preset of [W25Q64JV, BY25Q64AS, MX25V1635F, S25HL512T, flashRegion(W25Q64JV, 16)]) {
    const { geometry: { sectorBytes, sectorCount, pageBytes, blockSectors }, timing, commands } = preset;
    const found = readFlashParameters(sfdpOfPart(preset));
    assertEquals(found.lengthBytes, sectorBytes * sectorCount, preset.name);
    assertEquals(found.pageBytes, pageBytes);
    const lengths = [
      sectorBytes,
      ...(commands?.halfBlockErase === undefined ? [] : [32_768]),
      ...(blockSectors === undefined ? [] : [sectorBytes * blockSectors]),
    ];
    assertEquals(found.eraseTypes.map(({ lengthBytes }) => lengthBytes), lengths);
    const erases = [
      timing.eraseSector,
      ...(commands?.halfBlockErase === undefined ? [] : [commands.halfBlockErase]),
      timing.eraseBlock,
    ];
    found.eraseTypes.forEach(({ milliseconds }, index) => {
      const { typicalNanoseconds = 0, maximumNanoseconds = 0 } = erases[index] ?? {};
      assert(milliseconds * 1e6 >= typicalNanoseconds, `${preset.name}: erase ${index}`);
      assert(milliseconds * 1e6 <= 1.4 * typicalNanoseconds, `${preset.name}: erase ${index} is far too long`);
      assert(milliseconds * 1e6 * found.eraseFactor >= maximumNanoseconds, `${preset.name}: maximum of erase ${index}`);
    });
    assert(found.pageMicroseconds * 1000 * found.programFactor >= timing.programPage.maximumNanoseconds);
    assertEquals(found.suspend !== undefined, commands?.suspend !== undefined);
    assertEquals(found.hasReset66, commands?.resetNanoseconds !== undefined);
    assertEquals(found.deepPowerDown !== undefined, commands?.deepPowerDownNanoseconds !== undefined);
  }
});

Deno.test("FlashPart.readSfdp() and readIdentification() answer as a line that nobody drives where a part has nothing", () => {
  assert(sfdpOfPart(M25P64).every((byte) => byte === 0xff));
  const random = new RandomStreams(1).stream("flash");
  const make = (preset: FlashPreset) => new FlashPart({ preset, clock: new UntimedClock(), random });
  assertEquals([...runToEnd(make(W25Q64JV).readIdentification())], [0xef, 0x40, 0x17]);
  const { commands: _, ...plain } = flashRegion(W25Q64JV, 4);
  assertEquals([...runToEnd(make(plain).readIdentification())], [0xff, 0xff, 0xff]);
});
