/** What travels in the package leads nowhere that the package does not have. */

import { assertEquals } from "@std/assert";
import { withoutDeadLinks } from "../../.ci/package/links.ts";

Deno.test("withoutDeadLinks() leaves words in the place of links to files that are not there, and all else alone", () => {
  const files = new Set(["README.md", "docs/a.md"]);
  const rewritten: readonly (readonly [string, string])[] = [
    ["see [`WorldOptions`](sim/world_options.ts).", "see `WorldOptions`."],
    ["[`a[0]`](x.ts), [two\nwords](./y/) and [z](z.md#part)", "`a[0]`, two\nwords and z"],
  ];
  for (const [text, expected] of rewritten) assertEquals(withoutDeadLinks(text, files), expected);
  const kept = [
    "[a](docs/a.md) [b](./README.md#top) [c](https://example.org/x.ts) [d](#here) [e](mailto:a@b.example)",
    "```ts\nconst x = table[name](value);\n```",
    "a list [1] (of two)",
  ];
  for (const text of kept) assertEquals(withoutDeadLinks(text, files), text);
});
