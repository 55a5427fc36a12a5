/** `hbasim explore --merge`: parts of one campaign are put together, others refused, and what lacks of it is told. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type CampaignResults, decodeResults, encodeResults } from "../../../sim/lab/explore/search/results_file.ts";
import { VERSION } from "../../../sim/lab/world/version.ts";
import { encodeFile } from "../../../sim/trace/cbor_file.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "./command_line.ts";

const canary = new URL("../../../sim/lab/explore/search/canary.ts", import.meta.url).href;
/** A part of one's own that is hasty, as a module for --with. */
const HASTY = `export { withCanary as world } from ${JSON.stringify(canary)};`;

Deno.test("results that were collected in a folder of their own are merged, and what was found is written there", () => {
  using folder = temporaryFolder();
  const [module, out, collected] = ["hasty.ts", "out", "collected"].map((name) => `${folder.path}/${name}`);
  assert(module !== undefined && out !== undefined && collected !== undefined);
  Deno.writeTextFileSync(module, HASTY);
  const told = ["1/2", "2/2"].map((shard) => {
    return hbasim("explore", "--seeds", "871..930", "--with", module, "--shard", shard, "--out", out).stdout;
  });
  Deno.mkdirSync(collected);
  for (const name of ["results-1-of-2.cbor", "results-2-of-2.cbor"]) {
    Deno.copyFileSync(`${out}/${name}`, `${collected}/${name}`);
  }
  const { code, stdout, stderr } = hbasim("explore", "--with", module, "--merge", collected);
  assertEquals([code, stderr], [1, ""], stdout);
  const [, written = ""] = /^written to (.*)$/m.exec(stdout) ?? [];
  assertMatch(Deno.readTextFileSync(written), /^name: /m);
  assert(written.startsWith(`${collected}/failures/`), written);
  // Parts and whole speak of the same: of seeds.
  const failed = [...told, stdout].map((each) => Number(/ seeds, (\d+) failed[,;]/.exec(each)?.[1]));
  assertEquals((failed[0] ?? 0) + (failed[1] ?? 0), failed[2], told.join(""));
  const without = hbasim("explore", "--merge", collected);
  assertEquals([without.code, without.stdout], [2, ""]);
  assertMatch(
    without.stderr,
    /results-1-of-2\.cbor" has module of --with: one with the digest \w+; expected none, as /,
  );
});

/** A part that has found nothing. */
function part(index: number, count: number, more: Partial<CampaignResults> = {}): CampaignResults {
  const campaign = { product: VERSION, scenario: "", module: "", first: 1, last: 9 };
  const runs = Array.from({ length: 9 }, (_, place) => place + 1).filter((seed) => seed % count === index % count)
    .map((seed) => {
      return { seed, strategy: "random", hash: seed, dispatched: 1, cycles: 1, cells: [], probes: [] } as const;
    });
  return { campaign, part: { index, count }, isComplete: true, runs, failures: [], ...more };
}

function merged(files: Readonly<Record<string, Uint8Array>>, ...more: readonly string[]) {
  using folder = temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) Deno.writeFileSync(`${folder.path}/${name}`, bytes);
  const ended = hbasim("explore", "--merge", folder.path, ...more);
  const whole = `${folder.path}/results.cbor`;
  return { ...ended, whole: ended.code === 2 ? undefined : decodeResults(Deno.readFileSync(whole)) };
}

/** Files of parts, as campaigns name them. */
function named(...parts: readonly CampaignResults[]): Record<string, Uint8Array> {
  return Object.fromEntries(
    parts.map((each) => [`results-${each.part.index}-of-${each.part.count}.cbor`, encodeResults(each)]),
  );
}

Deno.test("what was merged before does not stand in the way of a part that was written again", () => {
  const old = part(1, 1, { runs: part(1, 1).runs.map((run) => ({ ...run, hash: 77, signature: "an old bug" })) });
  const files = { ...named(part(1, 2), part(2, 2)), "results.cbor": encodeResults(old) };
  const { code, stdout, whole } = merged(files);
  assertEquals(code, 0, stdout);
  assertMatch(stdout, /^9 seeds, 0 failed, /m);
  assertEquals(whole, part(1, 1));
});

Deno.test("a campaign of which parts are missing or were interrupted is not told as if it was whole", () => {
  const stopped = part(2, 3, { isComplete: false, runs: [] });
  for (
    const [files, ...lacks] of [
      [named(part(1, 3), part(3, 3)), "part 2 of 3 is missing"],
      [named(part(1, 3), stopped, part(3, 3)), "part 2 of 3 was interrupted after 0 seeds"],
      [named(stopped), "part 1 of 3 is missing", "part 2 of 3 was interrupted after 0 seeds", "part 3 of 3 is missing"],
      [
        { "results.cbor": encodeResults(part(1, 1, { isComplete: false })) },
        "results.cbor has 9 seeds, and was interrupted or put together of what was not whole",
      ],
    ] as const
  ) {
    const { code, stdout, whole } = merged(files);
    assertEquals(code, 130, stdout);
    assertEquals(
      stdout.split("\n").filter((line) => / part |results\.cbor/.test(line)),
      lacks.map((each) => `incomplete: ${each}`),
    );
    assertMatch(stdout, /^incomplete: \d+ seeds, 0 failed, /m);
    assert(!/with 95 %|will show|not seen|not reached/.test(stdout), stdout);
    // Nor is it afterwards.
    assertEquals(whole?.isComplete, false);
    const json = JSON.parse(merged(files, "--json").stdout);
    assertEquals([json.lacks, json.notSeen], [lacks, undefined]);
  }
  const json = JSON.parse(merged(named(part(1, 1)), "--json").stdout);
  assertEquals([json.lacks, "excludedOneIn" in json.notSeen], [undefined, true]);
});

Deno.test("what is not of one campaign is not put together, and said which file has what", () => {
  const { campaign } = part(1, 2);
  const of = (more: Partial<CampaignResults["campaign"]>) => part(2, 2, { campaign: { ...campaign, ...more } });
  const older = encodeFile("hbasim exploration", 2, { runs: [], failures: [] });
  for (
    const [files, said] of [
      [named(part(1, 2), part(2, 3)), 'results-2-of-3.cbor" has a part of 3; expected 2, as in "results-1-of-2.cbor"'],
      [named(part(1, 2), of({ last: 8 })), 'results-2-of-2.cbor" has seeds 1..8; expected 1..9, as in'],
      [named(part(1, 2), of({ product: "0.0.9" })), `has product version 0.0.9; expected ${VERSION}, as in`],
      [named(part(1, 2), of({ scenario: "ab" })), "has scenario: one with the digest ab; expected none, as in"],
      [named(part(1, 2), of({ module: "ab" })), "has module of --with: one with the digest ab; expected none, as in"],
      [named(of({ product: "0.0.9" })), `has product version 0.0.9; expected ${VERSION}, as this command has`],
      [
        { "results-1-of-2.cbor": encodeResults(part(2, 2)) },
        'results-1-of-2.cbor" has part 2 of 2; expected it to be called results-2-of-2.cbor',
      ],
      [
        { "results.cbor": encodeResults(part(1, 2)) },
        'results.cbor" has part 1 of 2; expected it to be called results-1-of-2.cbor',
      ],
      [{ "results-1-of-2.cbor": older }, "it has version 2, this program reads 3"],
    ] as const
  ) {
    const { code, stdout, stderr } = merged(files);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, said);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});
