/**
 * The corpus: runs that between them have seen most cells, and all that ever
 * failed, must hold. Files are named by their content; `collect.ts` makes them.
 */

import { assert, assertEquals } from "@std/assert";
import { runTrial } from "../../sim/lab/explore/search/trial.ts";
import { bundleName, decodeBundle } from "../../sim/lab/explore/tape/bundle.ts";

const FOLDER = new URL("./", import.meta.url);

Deno.test("every run of the corpus holds and is named by its content, and together they see many cells", () => {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(".bundle"));
  assert(names.length >= 10);
  const seen: number[] = [];
  let same = 0;
  for (const name of names.toSorted()) {
    const bytes = Deno.readFileSync(new URL(name, FOLDER));
    assertEquals(bundleName(bytes), name);
    const { subject, digest } = decodeBundle(bytes);
    const { signature, cells, outcome } = runTrial(subject);
    assertEquals(signature, undefined, name);
    seen.push(...cells.keys());
    if (outcome.digest === digest) same++;
  }
  // What a run shows may change with the product; that it holds may not.
  console.log(`corpus: ${names.length} runs, ${new Set(seen).size} cells, ${same} with the digest that they had`);
  assert(new Set(seen).size >= 40, `${new Set(seen).size} cells`);
});
