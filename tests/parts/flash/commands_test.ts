/** The commands of a part, as a driver uses them: registers, protection, suspend, reset, power-down, power-up. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import type { FlashRequest } from "../../../sim/parts/flash/command_set.ts";
import { FlashPart, type FlashPartOptions } from "../../../sim/parts/flash/flash_part.ts";
import { FlashMisuseError } from "../../../sim/parts/flash/nor_flash.ts";
import { flashRegion, MX25V1635F, W25Q64JV } from "../../../sim/parts/flash/presets.ts";
import { protectedRange } from "../../../sim/parts/flash/status_register.ts";

const PRESET = flashRegion(W25Q64JV, 32);
const LENGTH = 32 * 4096;

/** A part in a kernel. */
class Bench {
  readonly kernel = new Kernel();
  readonly part: FlashPart;

  constructor(options: Partial<FlashPartOptions> = {}) {
    const random = new RandomStreams(7).stream("flash");
    this.part = new FlashPart({ preset: PRESET, clock: this.kernel, random, ...options });
  }

  /** Runs a driver to its end, or to a time. */
  run<T>(driver: Task<T>, untilMicroseconds = Infinity): T | undefined {
    let result: T | undefined = undefined;
    this.kernel.spawn(
      "driver",
      (function* (): Task {
        result = yield* driver;
      })(),
    );
    this.kernel.run(this.kernel.now + untilMicroseconds * 250);
    return result;
  }

  *program(address: number, ...bytes: readonly number[]): Task<string> {
    yield* this.part.writeEnable();
    return yield* this.part.pageProgram(address, Uint8Array.from(bytes));
  }

  *protect(value: number): Task {
    yield* this.part.writeEnable();
    yield* this.part.writeStatusRegister(value);
  }
}

Deno.test("FlashPart: write disable takes the latch back, and the register shows busy, latch and suspend", () => {
  const bench = new Bench();
  const { part } = bench;
  bench.run((function* () {
    assertEquals([...yield* part.readStatusRegisters()], [0, 0]);
    yield* part.writeEnable();
    assertEquals([...yield* part.readStatusRegisters()], [2, 0]);
    yield* part.writeDisable();
    assertEquals([...yield* part.readStatusRegisters()], [0, 0]);
    yield* part.writeEnable();
    yield* part.begin({ kind: "sector erase", address: 0 });
    assertEquals([...yield* part.readStatusRegisters()], [3, 0]);
    yield* part.suspend();
    assertEquals([...yield* part.readStatusRegisters()], [2, 0x80]);
    yield* part.resume();
    assertEquals([...yield* part.readStatusRegisters()], [3, 0]);
    assertEquals(yield* part.untilReady(), "done");
    assertEquals([...yield* part.readStatusRegisters()], [0, 0]);
  })());
  assertEquals(part.sectorErases[0], 1);
});

Deno.test("FlashPart erases 32 KiB and the whole chip, in the times of the sheet", () => {
  const bench = new Bench({ image: new Uint8Array(LENGTH) });
  const { part, kernel } = bench;
  const erased = () =>
    part.image().filter((_, address) => address % 4096 === 0).map((byte) => byte === 0xff ? 1 : 0).join("");
  bench.run((function* () {
    yield* part.writeEnable();
    const startedAt = kernel.now;
    yield* part.halfBlockErase(0x9abc);
    assertEquals(kernel.now - startedAt, 30_000_000);
    assertEquals(erased(), "0".repeat(8) + "1".repeat(8) + "0".repeat(16));
    yield* part.writeEnable();
    const chipAt = kernel.now;
    yield* part.chipErase();
    assertEquals(kernel.now - chipAt, 5_000_000_000);
  })());
  assertEquals(erased(), "1".repeat(32));
  assertEquals([...part.sectorErases].slice(7, 9), [1, 2]);
});

Deno.test("protectedRange() is the table of the W25Q sheet: shares from top or bottom, or steps of 4 KiB", () => {
  const bits = (blocks: number, more = 0) => (blocks << 2) | more;
  const rows: readonly (readonly [number, number, number] | readonly [number])[] = [
    [bits(0)],
    [bits(1), 0x7e_0000, 0x2_0000],
    [bits(6), 0x40_0000, 0x40_0000],
    [bits(7), 0, 0x80_0000],
    [bits(1, 0x20), 0, 0x2_0000],
    [bits(1, 0x40), 0x7f_f000, 0x1000],
    [bits(4, 0x60), 0, 0x8000],
    [bits(7, 0x60), 0, 0x80_0000],
  ];
  for (const [status, address, lengthBytes] of rows) {
    const expected = address === undefined ? undefined : { address, lengthBytes };
    assertEquals(protectedRange(status, 0x80_0000), expected, status.toString(16));
  }
});

Deno.test("FlashPart ignores programs and erases of protected blocks; fail bits tell where there are any", () => {
  for (const preset of [PRESET, flashRegion(MX25V1635F, 32)]) {
    const bench = new Bench({ preset });
    const { part } = bench;
    const tells = preset.commands?.failBits === true;
    bench.run((function* () {
      // TB and BP = 6: the lower half.
      yield* bench.protect(0x38);
      assertEquals((yield* part.readStatusRegisters())[0], 0x38);
      const startedAt = bench.kernel.now;
      assertEquals(yield* bench.program(0, 0), tells ? "program failed" : "done");
      assert(bench.kernel.now - startedAt < 1000, "it is not even busy");
      assertEquals((yield* part.readStatus()).programFailed, tells);
      yield* part.writeEnable();
      assertEquals(yield* part.sectorErase(4096), tells ? "erase failed" : "done");
      yield* part.writeEnable();
      assertEquals(yield* part.chipErase(), tells ? "erase failed" : "done");
      assertEquals(yield* bench.program(LENGTH / 2, 0), "done");
      yield* bench.protect(0);
      assertEquals(yield* bench.program(1, 0), "done");
    })());
    assertEquals([part.image()[0], part.image()[1], part.image()[LENGTH / 2]], [0xff, 0, 0], preset.name);
    assertEquals(part.counters.erases, 0);
  }
});

Deno.test("FlashPart: power cut in a write of the status register leaves old, new, all, none or any of its bits", () => {
  const left = (cut: "old" | "new" | "zeros" | "ones" | "mixed") => {
    const bench = new Bench({ faults: [{ kind: "status cut", cut }] });
    bench.run(bench.protect(0x24));
    bench.run(bench.protect(0x58), 3000);
    bench.part.powerOff();
    return bench.part.state().statusRegister ?? -1;
  };
  assertEquals((["old", "new", "zeros", "ones"] as const).map(left), [0x24, 0x58, 0, 0xfc]);
  assertEquals(left("mixed") & 3, 0);
  const seen = new Set(Array.from({ length: 40 }, (_, seed) => {
    const bench = new Bench({ random: new RandomStreams(seed).stream("flash") });
    bench.run(bench.protect(0x24));
    bench.run(bench.protect(0x58), 3000);
    bench.part.powerOff();
    return bench.part.state().statusRegister;
  }));
  for (const each of [0x24, 0x58, 0, 0xfc]) assert(seen.has(each), `${each} never comes`);
  assert(seen.size > 5);
});

Deno.test("FlashPart: an erase that is suspended lets others be read and programmed, and takes as much longer", () => {
  const bench = new Bench({ misuse: "ignored" });
  const { part, kernel } = bench;
  bench.run((function* () {
    yield* bench.program(8192, 1, 2, 3);
    yield* bench.program(0, 1, 2, 3);
    yield* part.writeEnable();
    const startedAt = kernel.now;
    yield* part.begin({ kind: "sector erase", address: 0 });
    // Not while it is busy.
    assertEquals([...yield* part.read(8192, 3)], [0xff, 0xff, 0xff]);
    yield* kernel.sleep(2_500_000);
    yield* part.suspend();
    assertEquals([...yield* part.read(8192, 3)], [1, 2, 3]);
    const undefinedReads = new Set<string>();
    for (let count = 0; count < 4; count++) undefinedReads.add((yield* part.read(0, 8)).join());
    assertEquals(undefinedReads.size, 4);
    assertEquals(yield* bench.program(8195, 4), "done");
    // Neither in the suspended sector, nor another erase.
    yield* bench.program(3, 4);
    yield* part.writeEnable();
    yield* part.sectorErase(8192);
    yield* kernel.sleep(50_000_000);
    yield* part.resume();
    assertEquals(yield* part.untilReady(), "done");
    const took = kernel.now - startedAt;
    assert(took > 61_250_000 && took < 62_000_000, `${took}`);
  })());
  assertEquals([...part.image().subarray(0, 4)], [0xff, 0xff, 0xff, 0xff]);
  assertEquals([...part.image().subarray(8192, 8196)], [1, 2, 3, 4]);
  assertEquals([...part.sectorErases.subarray(0, 3)], [1, 0, 0]);
});

Deno.test("FlashPart: the task that erases waits while another one suspends, and goes on", () => {
  const bench = new Bench();
  const { part, kernel } = bench;
  const ended: number[] = [];
  kernel.spawn(
    "eraser",
    (function* (): Task {
      yield* part.writeEnable();
      assertEquals(yield* part.sectorErase(0), "done");
      ended.push(kernel.now);
    })(),
  );
  kernel.spawn(
    "reader",
    (function* (): Task {
      yield* kernel.sleep(5_000_000);
      yield* part.suspend();
      yield* part.read(8192, 16);
      yield* kernel.sleep(1_000_000);
      yield* part.resume();
    })(),
  );
  kernel.run();
  const [end = 0] = ended;
  assert(end > 12_250_000 && end < 12_600_000, `${end}`);
});

Deno.test("FlashPart: who suspends an erase again before a pulse has ended never gets to its end", () => {
  const erase = (pauseCycles: number) => {
    const bench = new Bench({ misuse: "ignored" });
    const { part, kernel } = bench;
    bench.run((function* () {
      yield* part.writeEnable();
      yield* part.begin({ kind: "sector erase", address: 0 });
      for (let count = 0; count < 100; count++) {
        yield* kernel.sleep(pauseCycles);
        yield* part.suspend();
        yield* part.resume();
      }
    })());
    return part.sectorErases[0];
  };
  // 0.2 ms and 2 ms, of an erase of 45 ms in pulses of 1 ms.
  assertEquals([erase(50_000), erase(500_000)], [0, 1]);
  const bench = new Bench();
  assertThrows(
    () =>
      bench.run((function* () {
        yield* bench.part.writeEnable();
        yield* bench.part.begin({ kind: "sector erase", address: 0 });
        yield* bench.part.suspend();
        yield* bench.part.resume();
        yield* bench.part.suspend();
      })()),
    Error,
    "resumed just before",
  );
});

Deno.test("FlashPart: power lost while an erase is suspended leaves it where it stood, and a program in it, too", () => {
  const bench = new Bench({
    image: new Uint8Array(LENGTH).fill(0x55),
    faults: [{ kind: "program cut", cut: "clean" }],
  });
  const { part, kernel } = bench;
  bench.run((function* () {
    yield* part.writeEnable();
    yield* part.begin({ kind: "sector erase", address: 4096 });
    yield* kernel.sleep(6_750_000);
    yield* part.suspend();
    yield* kernel.sleep(100_000_000);
    yield* part.writeEnable();
    yield* part.begin({ kind: "page program", address: 0, bytes: new Uint8Array(101) });
    yield* kernel.sleep(35_000);
  })());
  part.powerOff();
  assertEquals(part.counters.cuts, 2);
  const image = part.image();
  // Half of the time of an erase: its bits are turning. Of the program half the bytes are there.
  assert(new Set(image.subarray(4096, 8192)).size > 100);
  assertEquals([image.indexOf(0x55), image[8192]], [50, 0x55]);
  bench.run((function* () {
    assertEquals([...yield* part.readStatusRegisters()], [0, 0]);
  })());
});

Deno.test("FlashPart: a reset leaves what is in progress as a loss of power does, and the part is ready after its time", () => {
  const bench = new Bench({ image: new Uint8Array(LENGTH).fill(0x55), misuse: "ignored" });
  const { part, kernel } = bench;
  const outcomes: string[] = [];
  kernel.spawn(
    "eraser",
    (function* (): Task {
      yield* part.writeEnable();
      outcomes.push(yield* part.sectorErase(0));
    })(),
  );
  kernel.spawn(
    "resetter",
    (function* (): Task {
      yield* kernel.sleep(6_000_000);
      const startedAt = kernel.now;
      const reset = part.reset();
      reset.next();
      assertEquals((yield* part.read(4096, 1))[0], 0xff);
      yield* kernel.sleep(7500);
      assertEquals((yield* part.read(4096, 1))[0], 0x55);
      assert(kernel.now - startedAt < 9000);
    })(),
  );
  kernel.run();
  assertEquals([outcomes, part.counters.cuts, part.sectorErases[0]], [["done"], 1, 1]);
  assert(part.image().subarray(0, 4096).some((byte) => byte !== 0x55 && byte !== 0xff));
});

Deno.test("FlashPart answers nothing in deep power-down but its release, and needs a while for that", () => {
  const bench = new Bench({ misuse: "ignored" });
  const { part, kernel } = bench;
  bench.run((function* () {
    yield* part.enterDeepPowerDown();
    assertEquals([...yield* part.readIdentification()], [0xff, 0xff, 0xff]);
    assertEquals([...yield* part.readStatusRegisters()], [0xff, 0xff]);
    const undriven = { busy: true, writeEnabled: true, programFailed: false, eraseFailed: false };
    assertEquals(yield* part.readStatus(), undriven, "nothing of the register");
    yield* part.reset();
    yield* bench.program(0, 0);
    const startedAt = kernel.now;
    yield* part.releaseDeepPowerDown();
    assertEquals(kernel.now - startedAt, 750);
    assertEquals([...yield* part.readIdentification()], [0xef, 0x40, 0x17]);
    yield* part.enterDeepPowerDown();
    part.powerOff();
    assertEquals((yield* part.readIdentification())[0], 0xef);
  })());
  assertEquals(part.image()[0], 0xff);
});

Deno.test("FlashPart takes no writes in the time after power-up, and reads all the same", () => {
  for (const misuse of ["ignored", "error"] as const) {
    const bench = new Bench({ misuse });
    const { part, kernel } = bench;
    part.powerOn();
    const early = () => bench.run(bench.program(0, 0));
    if (misuse === "error") assertThrows(early, Error, "just powered up");
    else early();
    assertEquals(part.image()[0], 0xff);
    bench.run((function* () {
      assertEquals((yield* part.read(0, 1))[0], 0xff);
      yield* kernel.sleep(1_250_000);
      assertEquals(yield* bench.program(0, 0), "done");
    })());
    assertEquals(part.image()[0], 0);
  }
});

Deno.test("FlashPart: what real parts ignore is ignored if told so: no effect, no latch, and the status says nothing", () => {
  const bench = new Bench({ misuse: "ignored", strictPages: false });
  const { part } = bench;
  bench.run((function* () {
    assertEquals(yield* part.pageProgram(0, Uint8Array.of(0)), "done");
    assertEquals(yield* part.sectorErase(0), "done");
    yield* part.writeEnable();
    yield* part.begin({ kind: "page program", address: 0, bytes: new Uint8Array(4) });
    yield* part.writeDisable();
    yield* part.begin({ kind: "page program", address: 256, bytes: new Uint8Array(4) });
    assertEquals([...yield* part.read(512, 2)], [0xff, 0xff]);
    assertEquals([...yield* part.readIdentification()], [0xff, 0xff, 0xff]);
    assertEquals((yield* part.readStatusRegisters())[0], 3);
    // What is begun in vain waits for what goes on.
    assertEquals(yield* part.pageProgram(256, new Uint8Array(4)), "done");
    assertEquals((yield* part.readStatusRegisters())[0], 0);
    // Of more bytes than a page has the last 256 count.
    yield* part.writeEnable();
    yield* part.pageProgram(
      1024 + 254,
      Uint8Array.from({ length: 259 }, (_, index) => index < 3 ? 0 : 0x40 + index % 16),
    );
    yield* part.suspend();
    yield* part.resume();
  })());
  const image = part.image();
  assertEquals([...image.subarray(0, 5)], [0, 0, 0, 0, 0xff]);
  assertEquals(image[256], 0xff);
  assertEquals([image[1024], image[1025], image[1026]], [0x40 + 258 % 16, 0x43, 0x44].toSpliced(0, 1, 0x40 + 2));
});

Deno.test("FlashPart: a status that is no byte, and a request of no kind, are misuse even where commands are ignored", () => {
  for (const misuse of ["error", "ignored"] as const) {
    const bench = new Bench({ misuse });
    bench.run(bench.part.writeEnable());
    const refused = (task: Task<unknown>, text: string) => assertThrows(() => task.next(), FlashMisuseError, text);
    for (const value of [-1, NaN, 1.5, 256]) {
      refused(bench.part.writeStatusRegister(value), `${value}, expected a byte`);
    }
    refused(bench.part.begin({ kind: "bogus" } as unknown as FlashRequest), "kind bogus, expected page program");
  }
});

Deno.test("FlashPart: what it does not know is misuse, by name", () => {
  const bench = new Bench({ preset: { ...PRESET, commands: { failBits: true } } });
  const { part } = bench;
  const rows: readonly (readonly [() => Task<unknown>, string])[] = [
    [() => part.suspend(), "suspend"],
    [() => part.reset(), "reset"],
    [() => part.enterDeepPowerDown(), "deep power-down"],
    [() => part.chipErase(), "chip erase"],
    [() => part.halfBlockErase(0), "half block erase"],
    [() => part.writeStatusRegister(0), "status register write"],
  ];
  for (const [command, name] of rows) assertThrows(() => command().next(), FlashMisuseError, name);
});
