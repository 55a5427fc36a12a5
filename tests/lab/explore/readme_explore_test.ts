/** What the README shows of an exploration is what it prints. */

import { assertEquals } from "@std/assert";
import { withCanary } from "../../../sim/lab/explore/search/canary.ts";
import { explore } from "../../../sim/lab/explore/search/explore.ts";

Deno.test("the README shows the smallest story of a store that acknowledges too early as it is printed", () => {
  const readme = Deno.readTextFileSync(new URL("../../../README.md", import.meta.url));
  const [, shown] =
    /is the smallest story that shows it:\n\n<!-- deno-fmt-ignore -->\n```yaml\n([^]*?)```/.exec(readme) ?? [];
  // The canary's store does to the group key, too, what that of the README does to keys.
  const { failures: [failure] } = explore({ seeds: { first: 17, last: 17 }, world: withCanary });
  assertEquals(shown, failure?.text);
});
