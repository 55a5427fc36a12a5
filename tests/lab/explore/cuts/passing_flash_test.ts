import { assertEquals } from "@std/assert";
import { runToEnd, UntimedClock } from "../../../../sim/kernel/untimed_clock.ts";
import { RandomStreams } from "../../../../sim/kernel/random.ts";
import { PassingFlash } from "../../../../sim/lab/explore/cuts/passing_flash.ts";
import { FlashPart } from "../../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../../sim/parts/flash/presets.ts";

const GEOMETRY = { sectorBytes: 256, sectorCount: 4, pageBytes: 64 };

function makeFlash(): PassingFlash {
  const random = new RandomStreams(1).stream("flash");
  const part = new FlashPart({ preset: { ...W25Q_REGION, geometry: GEOMETRY }, clock: new UntimedClock(), random });
  return new PassingFlash(part, random);
}

function program(flash: PassingFlash, address: number, ...bytes: readonly number[]): string {
  runToEnd(flash.writeEnable());
  return runToEnd(flash.pageProgram(address, new Uint8Array(bytes)));
}

function readBytes(flash: PassingFlash, address: number, lengthBytes: number): readonly number[] {
  const target = new Uint8Array(lengthBytes);
  runToEnd(flash.readInto(address, target));
  assertEquals(runToEnd(flash.read(address, lengthBytes)), target);
  return [...target];
}

Deno.test("PassingFlash refuses programs of an area as often as it was told, says so if it can, and takes them again", () => {
  const flash = makeFlash();
  flash.refusals = { start: 256, end: 288, times: 2, isPartly: false, reported: true };
  assertEquals(program(flash, 288, 1), "done");
  assertEquals(program(flash, 255, 0x11), "done");
  assertEquals(program(flash, 256, 0x22), "program failed");
  flash.refusals = { ...flash.refusals, reported: false };
  assertEquals(program(flash, 287, 0x33), "done");
  assertEquals([...readBytes(flash, 255, 2), ...readBytes(flash, 287, 2)], [0x11, 0xff, 0xff, 1]);
  assertEquals(program(flash, 256, 0x22), "done");
  assertEquals(readBytes(flash, 256, 1), [0x22]);
});

Deno.test("PassingFlash reads an area as something else, the same each time, and as it is once that has passed", () => {
  for (const as of ["erased", "zeros", "noise"] as const) {
    const flash = makeFlash();
    program(flash, 254, 1, 2);
    program(flash, 256, 3, 4);
    flash.misreading = { start: 256, end: 512, as, endsWithErase: false };
    const [first, second, third] = readBytes(flash, 254, 3);
    assertEquals([first, second], [1, 2]);
    assertEquals(third === 3, false, as);
    assertEquals(readBytes(flash, 255, 3).slice(0, 2), [second, third]);
    assertEquals(flash.isMisread, true);
    flash.recover();
    assertEquals([flash.isMisread, readBytes(flash, 254, 4)], [false, [1, 2, 3, 4]]);
  }
});

Deno.test("PassingFlash reads marginal bits and areas right once they are erased, and no others", () => {
  const flash = makeFlash();
  program(flash, 256, 0);
  flash.marginalBits = [{ address: 0, mask: 1 }, { address: 256, mask: 0x18 }];
  flash.misreading = { start: 288, end: 512, as: "zeros", endsWithErase: true };
  assertEquals([readBytes(flash, 0, 1), readBytes(flash, 256, 1), readBytes(flash, 300, 1)], [[0xfe], [0x18], [0]]);
  runToEnd(flash.writeEnable());
  runToEnd(flash.sectorErase(300));
  assertEquals([readBytes(flash, 0, 1), readBytes(flash, 256, 1), readBytes(flash, 300, 1)], [[0xfe], [0xff], [0xff]]);
});

Deno.test("PassingFlash misreads for so many bytes, and not any more once something is to be written", () => {
  const flash = makeFlash();
  program(flash, 0, 1, 2, 3, 4);
  const target = new Uint8Array(2);
  flash.glitch = { after: 1, bytes: 2, as: "erased" };
  for (const expected of [[1, 0xff], [0xff, 2], [1, 2]]) {
    runToEnd(flash.readInto(0, target));
    assertEquals([...target], expected);
  }
  flash.glitch = { after: 0, bytes: 100, as: "erased" };
  assertEquals(readBytes(flash, 0, 2), [0xff, 0xff]);
  runToEnd(flash.writeEnable());
  assertEquals([readBytes(flash, 0, 2), flash.isMisread], [[1, 2], false]);
});
