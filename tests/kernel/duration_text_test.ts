import { assertEquals } from "@std/assert";
import { durationText } from "../../sim/kernel/duration_text.ts";
import { DURATION } from "../../sim/lab/scenario/values.ts";

const WRITTEN: readonly (readonly [number, string])[] = [
  [0, "0ns"],
  [1, "1ns"],
  [2_500, "2500ns"],
  [12_345, "12.345us"],
  [1_100_000_000, "1100ms"],
  [652_834_310, "652.83431ms"],
  [90_000_000_000, "90s"],
  [120_000_000_000, "2min"],
  [61_234_500_000, "61.2345s"],
  [999_999_999_999, "999.999999999s"],
  [1_000_000_000_001, "1000000000001ns"],
];

for (const [nanoseconds, text] of WRITTEN) {
  Deno.test(`${nanoseconds} ns are written ${text}, and read back as that`, () => {
    assertEquals(durationText(nanoseconds), text);
    assertEquals(DURATION.parse(text), nanoseconds);
  });
}

Deno.test("each of 100,000 lengths of time is read back as itself", () => {
  for (let i = 1; i <= 100_000; i++) {
    const nanoseconds = (i * 9_999_991) % 1_000_000_000_039;
    assertEquals(DURATION.parse(durationText(nanoseconds)), nanoseconds);
  }
});
