import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { runWorkload, sequentialStorageErases, wearOut } from "../../../bench/nvram_workload.ts";

for (const workload of ["W1", "W2"] as const) {
  for (const sealed of [false, true]) {
    Deno.test(`RingStore stays within its figures for ${workload}, ${sealed ? "sealed" : "plain"}`, () => {
      const figures = runWorkload(workload, sealed);
      assertLessOrEqual(figures.erases, sealed ? 356 : 289);
      assertLessOrEqual(figures.amplification, sealed ? 0.999 : 0.8175);
      assertLessOrEqual(figures.pageOperations, 27_500);
      assertLessOrEqual(figures.mostErases - figures.leastErases, 1);
      // The region, and the place of the mark before and after it is written, if the head has room for one.
      assert([65_536, 65_536 + 2 * 10].includes(figures.mountBytes), `${figures.mountBytes}`);
      assertEquals(figures.wrongValues, 0);
    });
  }
}

Deno.test("RingStore on words of 16 bytes costs no more than 1.35 times the erases of sequential-storage", () => {
  for (const workload of ["W1", "W2"] as const) {
    const { erases, wrongValues } = runWorkload(workload, false, 16);
    assertLessOrEqual(erases, 1.35 * sequentialStorageErases(16));
    assertEquals(wrongValues, 0);
  }
});

for (const failure of ["reported", "silent"] as const) {
  Deno.test(`RingStore on a part that wears out (${failure}) loses nothing that was acknowledged`, () => {
    const figures = wearOut(100, failure);
    assertEquals([figures.wrongValues, figures.wrongValuesAfterBoot], [0, 0]);
    assert(figures.updates > 0.94 * figures.idealUpdates, `${figures.updates} of ${figures.idealUpdates}`);
  });
}
