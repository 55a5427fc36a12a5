import { assert, assertEquals, assertGreater } from "@std/assert";
import { brokenReferences, documents, existsInProject } from "./documents.ts";
import { readSource } from "./source_files.ts";

Deno.test("what documents link to and name is there", () => {
  const found = documents();
  for (const path of ["README.md", "firmware/ike/README.md", "firmware/nvram/FORMAT.md", "host/wmi/README.md"]) {
    assert(found.includes(path), path);
  }
  assertEquals(found.flatMap((path) => brokenReferences(path, readSource(path), existsInProject)), []);
  const named = found.flatMap((path) => brokenReferences(path, readSource(path), () => false));
  assertGreater(named.length, 50);
});

Deno.test("existsInProject() knows files from folders", () => {
  for (const path of ["mod.ts", "sim/kernel", "sim/kernel/", "tests/rules/documents_test.ts"]) {
    assert(existsInProject(path), path);
  }
  for (const path of ["mod.tsx", "mod.ts/", "sim/kernel/gone.ts", "gone/"]) assert(!existsInProject(path), path);
});

Deno.test("brokenReferences() finds what is planted, and nothing else", () => {
  const files = ["README.md", "mod.ts", "host/", "host/README.md", "host/srb.ts", "host/wmi/", "host/wmi/guid.ts"];
  const exists = (path: string) => files.includes(path) || files.includes(`${path}/`);
  const broken = (path: string, text: string) => brokenReferences(path, text, exists);
  const planted: [text: string, ...targets: string[]][] = [
    ["see [the host](host/gone.md)", "host/gone.md"],
    ["see [the host](host/gone.md#calls) and [this](host/README.md)", "host/gone.md"],
    ["![a picture](picture.svg)", "picture.svg"],
    ["[`host/gone.ts`](host/gone.ts)", "host/gone.ts", "host/gone.ts"],
    ["in `host/gone.ts`", "host/gone.ts"],
    ["in `host/gone/`, `host/wmi/`", "host/gone/"],
    ["in `path/like.ts`", "path/like.ts"],
    ["in `gone.ts` and `mod.ts`", "gone.ts"],
    ["run `deno test -A tests/gone`", "tests/gone"],
  ];
  for (const [text, ...targets] of planted) {
    assertEquals(broken("README.md", `# Title\n${text}\n`), targets.map((target) => `README.md:2: ${target}`), text);
  }
  // What commands in a block write is not there yet.
  assertEquals(broken("README.md", "```sh\nhbasim run scenarios/gone.yaml out.md\n```\n`out.md`"), [
    "README.md:2: scenarios/gone.yaml",
    "README.md:4: out.md",
  ]);
  const innocent = [
    "[RFC](https://www.rfc-editor.org/rfc/rfc2409) [below](#below) [mail](mailto:a@example.org)",
    "[`host/srb.ts`](host/srb.ts) [a part](host/README.md#srb) `host/` `host` `mod.ts`",
    "host/gone.ts is not code, `@noble/hashes`, `des.js`, `a.b()`, `ISDSC/x`, `https://example.org/x`",
  ];
  for (const text of innocent) assertEquals(broken("README.md", text), [], text);
  // Links are relative to their document; what is named as code may start from the root.
  assertEquals(broken("host/README.md", "[`host/srb.ts`](srb.ts), `wmi/guid.ts`, [up](../README.md)"), []);
  assertEquals(broken("host/README.md", "[srb](host/srb.ts)"), ["host/README.md:1: host/srb.ts"]);
});
