import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { heatMapSvg, heatMapText } from "../../../sim/parts/flash/heat_map.ts";
import { type FlashPreset, W25Q_REGION } from "../../../sim/parts/flash/presets.ts";

Deno.test("diffImages() gives runs and says what made them", () => {
  const before = Uint8Array.of(0xff, 0xff, 0x0f, 0x00, 0x12, 0x34);
  const after = Uint8Array.of(0xff, 0x7f, 0x0f, 0xff, 0x12, 0x43);
  const bytes = (...values: number[]) => Uint8Array.of(...values);
  assertEquals(diffImages(before, after), [
    { address: 1, before: bytes(0xff), after: bytes(0x7f), kind: "programmed" },
    { address: 3, before: bytes(0x00), after: bytes(0xff), kind: "erased" },
    { address: 5, before: bytes(0x34), after: bytes(0x43), kind: "rewritten" },
  ]);
  assertEquals(diffImages(before, after, 1).map(({ address, before }) => [address, before.length]), [[1, 5]]);
  assertEquals(diffImages(before, before), []);
  assertThrows(() => diffImages(before, new Uint8Array(1)), RangeError);
});

const wear = {
  geometry: { sectorBytes: 1024, sectorCount: 2, pageBytes: 256 },
  sectorErases: [4, 1],
  pagePrograms: [0, 1, 5, 10, 0, 0, 0, 0],
};

Deno.test("heatMapText() shows nothing as blank and the most as the last shade", () => {
  assertEquals(
    heatMapText(wear),
    "sector, page programs (@ = 10), erases (full bar = 4)\n" +
      "0 | .+@| 4 ========================\n" +
      "1 |    | 1 ======\n",
  );
});

Deno.test("heatMapSvg() draws a square for each page and a bar for each sector", () => {
  const svg = heatMapSvg(wear);
  assertMatch(svg, /^<svg [^>]+>/);
  assertEquals(svg.match(/<title>page \d: \d+<\/title>/g)?.length, 8);
  assertEquals(svg.match(/fill="#555555"/g)?.length, 2);
  assertMatch(svg, /<\/svg>\n$/);
});

Deno.test("FlashPart.twin() is what a part made of the state would be, and goes its own way", () => {
  const random = () => new RandomStreams(1).stream("flash");
  const words: FlashPreset = { ...W25Q_REGION, geometry: { ...W25Q_REGION.geometry, programBytes: 8 } };
  const turned: FlashPreset = { ...W25Q_REGION, geometry: { ...W25Q_REGION.geometry, erasedValue: 0 } };
  for (const preset of [W25Q_REGION, words, turned]) {
    const part = new FlashPart({ preset, clock: new UntimedClock(), random: random() });
    part.powerOn();
    const program = (address: number, value: number) => {
      runToEnd(part.untilWritable());
      runToEnd(part.writeEnable());
      runToEnd(part.pageProgram(address, new Uint8Array(64).fill(value)));
    };
    [[0, 0x5a], [4096, 0xff], [65_280, 0x11]].forEach(([address = 0, value = 0]) => program(address, value));
    part.inject({ kind: "weak", address: 4100, mask: 3 });
    part.inject({ kind: "weak", address: 9, mask: 128 });
    part.inject({ kind: "stuck", address: 4200, mask: 1, level: 0 });
    part.inject({ kind: "stuck", address: 3, mask: 4, level: 1 });
    const state = part.state();
    const twin = part.twin(new UntimedClock(), random());
    assertEquals(twin.state(), state);
    const made = new FlashPart({ preset, clock: new UntimedClock(), random: random(), state });
    for (const each of [twin, made]) each.powerOn();
    assertEquals(runToEnd(twin.read(0, 8192)), runToEnd(made.read(0, 8192)));
    program(8192, 0x77);
    assertEquals(twin.state().image, state.image);
  }
});
