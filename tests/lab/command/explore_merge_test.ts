/** `hbasim explore --merge`: parts from elsewhere are put together whatever folder they were collected in. */

import { assert, assertEquals, assertMatch } from "@std/assert";
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
  for (const shard of ["1/2", "2/2"]) {
    hbasim("explore", "--seeds", "871..930", "--with", module, "--shard", shard, "--out", out);
  }
  Deno.mkdirSync(collected);
  for (const name of ["results-1-of-2.cbor", "results-2-of-2.cbor"]) {
    Deno.copyFileSync(`${out}/${name}`, `${collected}/${name}`);
  }
  const { code, stdout, stderr } = hbasim("explore", "--with", module, "--merge", collected);
  assertEquals([code, stderr], [1, ""], stdout);
  const [, written = ""] = /^written to (.*)$/m.exec(stdout) ?? [];
  assertMatch(Deno.readTextFileSync(written), /^name: /m);
  assert(written.startsWith(`${collected}/failures/`), written);
});
