/** The mistakes that README shows are told as it shows them. */

import { assert, assertEquals } from "@std/assert";
import { hbasim, withFile } from "./command_line.ts";

const FIRST = `name: first
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: abc } } }
steps:
  - login: { adapter: hba0, target: disc, key: abc }
  - setGrupKey: { key: abc }
`;

Deno.test("the mistakes in README are those that hbasim check tells", () => {
  const readme = Deno.readTextFileSync(new URL("../../../README.md", import.meta.url));
  const shown = /^```\n(first\.yaml:[^]*?)^```$/m.exec(readme)?.[1] ?? "";
  assert(shown.length > 0, "README shows no mistakes");
  withFile(FIRST, (file) => {
    const { code, stderr } = hbasim("check", file);
    assertEquals(code, 2);
    assertEquals(stderr.replaceAll(/^\S.*?scenario\.yaml/gm, "first.yaml"), shown);
  });
});
