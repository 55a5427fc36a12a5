import { assertEquals } from "@std/assert";
import { nanosecondsAt } from "../../sim/trace/time.ts";

Deno.test("nanosecondsAt() is exact over the whole range of cycles, rounded down", () => {
  assertEquals(nanosecondsAt(0, 250_000_000), 0n);
  assertEquals(nanosecondsAt(1, 250_000_000), 4n);
  assertEquals(nanosecondsAt(1, 3), 333_333_333n);
  assertEquals(nanosecondsAt(3, 3), 1_000_000_000n);
  assertEquals(nanosecondsAt(2 ** 53 - 1, 250_000_000), 36_028_797_018_963_964n);
  assertEquals(nanosecondsAt(2 ** 53 - 1, 999_999_937), 9_007_199_822_194_579n);
});
