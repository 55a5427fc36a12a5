import { assert, assertEquals } from "@std/assert";
import { fuzz } from "./fuzz.ts";

Deno.test("IkeEngine: 200,000 mutated packets in every state of both roles: no exception, no hang, nothing left", () => {
  const startedAt = performance.now();
  const report = fuzz(200_000, "ci");
  const perSecond = Math.round((report.mutants * 1000) / (performance.now() - startedAt));
  console.log(`${report.mutants} mutants, ${report.sessions} sessions, ${perSecond} a second`);
  assert(report.mutants >= 200_000);
  assert(report.completed > report.sessions / 2, `${report.completed} of ${report.sessions} sessions completed`);
  assert(report.refused > report.mutants / 2);
  assert(report.fragmented > report.sessions / 3, `${report.fragmented} of ${report.sessions} sessions in fragments`);
  assert(report.fragmentedCompleted > report.fragmented / 2, `${report.fragmentedCompleted} of ${report.fragmented}`);
  assert(report.curves > report.sessions / 3, `${report.curves} of ${report.sessions} sessions with a curve`);
  assert(report.moved > report.sessions / 10, `${report.moved} of ${report.sessions} sessions moved to port 4500`);
});

Deno.test("fuzz() does the same for the same seed", () => {
  assertEquals(fuzz(1000, "same"), fuzz(1000, "same"));
});
