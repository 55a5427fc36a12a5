import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { heatMapSvg, heatMapText } from "../../../sim/parts/flash/heat_map.ts";

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
