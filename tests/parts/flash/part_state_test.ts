/** What a part shows and takes beside its commands: what is over without anybody waiting, exchanged cells, bad requests. */

import { assertEquals, assertThrows } from "@std/assert";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart, type FlashPartOptions } from "../../../sim/parts/flash/flash_part.ts";
import { FlashMisuseError } from "../../../sim/parts/flash/nor_flash.ts";
import { checkPreset, FlashPresetError } from "../../../sim/parts/flash/preset_check.ts";
import { flashRegion, W25Q64JV } from "../../../sim/parts/flash/presets.ts";

const PRESET = flashRegion(W25Q64JV, 4);
const SECOND = 250_000_000;

function makePart(options: Partial<FlashPartOptions> = {}): FlashPart {
  const random = new RandomStreams(7).stream("flash");
  return new FlashPart({ preset: PRESET, clock: new UntimedClock(), random, ...options });
}

/** A part whose erase was begun, and is over; nobody has asked. */
function erasedUnseen(): { readonly part: FlashPart; readonly clock: UntimedClock } {
  const clock = new UntimedClock();
  const part = makePart({ clock });
  runToEnd(part.writeEnable());
  runToEnd(part.pageProgram(0, Uint8Array.of(0)));
  runToEnd(part.writeEnable());
  runToEnd(part.begin({ kind: "sector erase", address: 0 }));
  runToEnd(clock.sleep(SECOND));
  return { part, clock };
}

const LOOKS: readonly (readonly [string, (part: FlashPart) => unknown, unknown])[] = [
  ["image()", (part) => part.image()[0], 0xff],
  ["state()", (part) => part.state().image[0], 0xff],
  ["state().sectorErases", (part) => part.state().sectorErases[0], 1],
  ["cells", (part) => part.cells.at(0), 0xff],
  ["counters", (part) => part.counters.erases, 1],
  ["sectorErases", (part) => part.sectorErases[0], 1],
  ["pagePrograms", (part) => part.pagePrograms[0], 1],
  ["twin()", (part) => part.twin(new UntimedClock(), new RandomStreams(1).stream("twin")).image()[0], 0xff],
];

for (const [what, look, expected] of LOOKS) {
  Deno.test(`FlashPart: ${what} shows what was begun and is over, though nobody waited`, () => {
    assertEquals(look(erasedUnseen().part), expected);
  });
}

Deno.test("FlashPart.inject(): a fault strikes what is begun later, not what is over", () => {
  const { part } = erasedUnseen();
  part.inject({ kind: "erase failure", sector: 0, times: 1, reported: false });
  assertEquals([part.image()[0], part.counters.failures], [0xff, 0]);
});

Deno.test("FlashPart.restore() is off and on: it ends deep power-down, and the way out of it", () => {
  const clock = new UntimedClock();
  const part = makePart({ clock });
  const image = new Uint8Array(4 * 4096).fill(0x5a);
  runToEnd(part.enterDeepPowerDown());
  part.restore(image);
  assertEquals([...runToEnd(part.read(0, 2))], [0x5a, 0x5a]);
  // On the way out of it, too.
  runToEnd(part.enterDeepPowerDown());
  part.releaseDeepPowerDown().next();
  part.restore(image);
  assertEquals([...runToEnd(part.read(0, 2))], [0x5a, 0x5a]);
});

/** Two tasks of one part: one waits for an erase, the other resets the part after a millisecond and goes on. */
function resetBeside(then: (part: FlashPart, kernel: Kernel) => Task) {
  const kernel = new Kernel();
  const part = makePart({ clock: kernel });
  const seen: { outcome?: string; at?: number } = {};
  kernel.spawn(
    "waits",
    (function* (): Task {
      yield* part.writeEnable();
      seen.outcome = yield* part.sectorErase(0);
      seen.at = kernel.now / SECOND;
    })(),
  );
  kernel.spawn(
    "resets",
    (function* (): Task {
      yield* kernel.sleep(SECOND / 1000);
      yield* part.reset();
      yield* then(part, kernel);
    })(),
  );
  kernel.run(10 * SECOND);
  return { ...seen, cuts: part.counters.cuts, erases: part.counters.erases };
}

Deno.test("FlashPart.reset() while a task waits: it goes on when the erase would have ended, with a part that tells of no failure", () => {
  const { outcome, at, cuts } = resetBeside(function* () {});
  assertEquals([outcome, cuts], ["done", 1]);
  assertEquals(Math.round(1000 * (at ?? 0)), 45);
});

Deno.test("FlashPart.reset() while a task waits: it waits for what was begun since, as who polls does, and has the outcome of that", () => {
  const { outcome, at, cuts } = resetBeside(function* (part, kernel) {
    part.inject({ kind: "erase failure", sector: 1, times: 1, reported: true });
    yield* kernel.sleep(SECOND / 50);
    yield* part.writeEnable();
    yield* part.sectorErase(4096);
  });
  assertEquals([outcome, cuts], ["done", 1]);
  // Begun at 21 ms, it ends 45 ms later.
  assertEquals(Math.round(1000 * (at ?? 0)), 66);
});

Deno.test("FlashPart refuses lengths that no bus has, with command, given and accepted", () => {
  for (const misuse of ["error", "ignored"] as const) {
    const part = makePart({ misuse });
    for (const length of [-1, 0.5, NaN, Infinity, 2 ** 28 + 1]) {
      const expected = `${length} bytes, expected a whole number from 0 to 268435456`;
      assertThrows(() => runToEnd(part.read(0, length)), FlashMisuseError, `Flash read: ${expected}`);
      assertThrows(() => runToEnd(part.readSfdp(0, length)), FlashMisuseError, `Flash read SFDP: ${expected}`);
    }
  }
});

Deno.test("checkPreset() refuses commands of the wrong form, and pages that SFDP cannot tell, with field, given and accepted", () => {
  const commands = { failBits: true, ...PRESET.commands };
  const refused: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ identification: null }, "commands.identification is null, expected a list of 3 bytes"],
    [{ identification: "abc" }, "commands.identification is abc, expected a list of 3 bytes"],
    [{ identification: [1, 2] }, "commands.identification is 2 bytes, expected 3"],
    [{ sfdp: "yes" }, "commands.sfdp is yes, expected true or false"],
    [{ sfdp: null }, "commands.sfdp is null, expected true or false"],
    [{ sfdp: 1 }, "commands.sfdp is 1, expected true or false"],
  ];
  for (const [given, message] of refused) {
    const preset = Object.assign({}, PRESET, { commands: Object.assign({}, commands, given) });
    assertThrows(() => checkPreset(preset), FlashPresetError, message);
  }
  const paged = (pageBytes: number, sfdp: boolean) => () => {
    const geometry = { sectorBytes: 3 * 2 ** 16, sectorCount: 4, pageBytes };
    checkPreset({ ...PRESET, geometry, commands: { ...commands, sfdp } });
  };
  for (const pageBytes of [2 ** 16, 768]) {
    const accepted = "a power of two up to 32768 on a part with SFDP, whose table holds no other";
    assertThrows(paged(pageBytes, true), FlashPresetError, `geometry.pageBytes is ${pageBytes}, expected ${accepted}`);
    paged(pageBytes, false)();
  }
  paged(2 ** 15, true)();
});
