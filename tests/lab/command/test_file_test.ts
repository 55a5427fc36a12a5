/** What comes of the cases of one file. */

import { assertEquals } from "@std/assert";
import { testFile } from "../../../sim/lab/command/test_file.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { HEAD } from "./command_line.ts";

Deno.test("a case in which anything would do has judged nothing, fails, and says so", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/any.yaml`;
  Deno.writeTextFileSync(file, `${HEAD}steps:\n  - { setGroupKey: { key: k }, expect: any }\n`);
  const { results } = testFile({ file, begin: 0, filter: "", tag: undefined, set: {} });
  assertEquals(results.map((each) => each.type === "failed" && [each.judged, each.story]), [
    [0, ["nothing was judged; expected a step that can fail, or allowNothing: true"]],
  ]);
});
