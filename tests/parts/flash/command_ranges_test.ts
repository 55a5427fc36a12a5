/** Where commands of a part reach: not into what is suspended, and on over the end of the array. */

import { assertEquals, assertThrows } from "@std/assert";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { type FlashMisuse, FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { flashRegion, W25Q64JV } from "../../../sim/parts/flash/presets.ts";

const LENGTH = 4 * 4096;

/** A part in a kernel. */
class Bench {
  readonly kernel = new Kernel();
  readonly part: FlashPart;

  constructor(misuse: FlashMisuse) {
    const random = new RandomStreams(7).stream("flash");
    this.part = new FlashPart({ preset: flashRegion(W25Q64JV, 4), clock: this.kernel, random, misuse });
  }

  run<T>(driver: Task<T>): void {
    this.kernel.spawn(
      "driver",
      (function* (): Task {
        yield* driver;
      })(),
    );
    this.kernel.run();
  }

  *program(address: number, ...bytes: readonly number[]): Task<string> {
    yield* this.part.writeEnable();
    return yield* this.part.pageProgram(address, Uint8Array.from(bytes));
  }
}

Deno.test("FlashPart takes nothing in a unit that is suspended: no program in the erase, no erase of the program", () => {
  const kinds = { program: "page program", erase: "sector erase" } as const;
  for (const [suspended, refused] of [["erase", "program"], ["program", "erase"]] as const) {
    for (const [address, isTaken] of [[4096, false], [4352, false], [8192, true], [0, true]] as const) {
      const bench = new Bench("error");
      const { part } = bench;
      const request = (kind: "program" | "erase", at: number) =>
        kind === "program"
          ? { kind: kinds.program, address: at, bytes: Uint8Array.of(0) }
          : { kind: kinds.erase, address: Math.floor(at / 4096) * 4096 };
      const driver = function* (): Task {
        yield* part.writeEnable();
        yield* part.begin(request(suspended, 4096));
        yield* part.suspend();
        yield* part.writeEnable();
        yield* part.begin(request(refused, address));
        yield* part.untilReady();
      };
      const place = `${refused} at ${address} while one is suspended at 4096: ${suspended}`;
      if (isTaken) bench.run(driver());
      else assertThrows(() => bench.run(driver()), Error, "a program or an erase elsewhere", place);
    }
  }
});

Deno.test("FlashPart: a read past the end goes on at the beginning, where misuse is ignored", () => {
  const bench = new Bench("ignored");
  bench.run((function* () {
    yield* bench.program(0, 1, 2, 3);
    yield* bench.program(LENGTH - 2, 8, 9);
    assertEquals([...yield* bench.part.read(LENGTH - 2, 5)], [8, 9, 1, 2, 3]);
    assertEquals([...yield* bench.part.read(LENGTH, 2)], [1, 2]);
    assertEquals([...(yield* bench.part.read(LENGTH - 1, LENGTH + 2)).subarray(-2)], [9, 1]);
  })());
  const strict = new Bench("error");
  assertThrows(() => strict.run(strict.part.read(LENGTH - 2, 5)), Error, "expected a range inside 0 to");
});
