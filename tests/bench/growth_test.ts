import { assertEquals } from "@std/assert";
import { growthTable } from "../../bench/growth.ts";

Deno.test("growthTable(): bars of one length where growth is linear, and longer ones where it is not", () => {
  const crowd = (milliseconds: number, peakKiB: number) => ({ milliseconds, peakKiB, outsideKiB: 0, heapKiB: 0 });
  const lines = growthTable([
    { adapters: 10, crowd: crowd(400, 2 ** 20) },
    { adapters: 1000, crowd: crowd(80_000, 100 * 2 ** 20) },
  ]);
  const bars = lines.slice(2).map((line) => line.split(" | ").map((cell) => cell.replaceAll("|", "").trim()));
  assertEquals(bars.map((cells) => cells[0]), ["10", "1,000"]);
  assertEquals(bars.map((cells) => [cells[1], cells[2]]), [["0.400 s", "40.0 ms"], ["80.0 s", "80.0 ms"]]);
  assertEquals(bars.map((cells) => cells[3]?.length), [12, 24]);
  assertEquals(bars.map((cells) => cells[6]?.length), [24, 24]);
});
