import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { runWorkload, wearOut } from "../../../bench/nvram_workload.ts";

for (const workload of ["W1", "W2"] as const) {
  for (const sealed of [false, true]) {
    Deno.test(`RingStore stays within its figures for ${workload}, ${sealed ? "sealed" : "plain"}`, () => {
      const figures = runWorkload(workload, sealed);
      assertLessOrEqual(figures.erases, sealed ? 360 : 300);
      assertLessOrEqual(figures.amplification, sealed ? 1.02 : 0.82);
      assertLessOrEqual(figures.pageOperations, 27_500);
      assertLessOrEqual(figures.mostErases - figures.leastErases, 1);
      assertEquals(figures.mountBytes, 65_536);
      assertEquals(figures.wrongValues, 0);
    });
  }
}

for (const failure of ["reported", "silent"] as const) {
  Deno.test(`RingStore on a part that wears out (${failure}) loses nothing that was acknowledged`, () => {
    const figures = wearOut(100, failure);
    assertEquals([figures.wrongValues, figures.wrongValuesAfterBoot], [0, 0]);
    assert(figures.updates > 0.94 * figures.idealUpdates, `${figures.updates} of ${figures.idealUpdates}`);
  });
}
