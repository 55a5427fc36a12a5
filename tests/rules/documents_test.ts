import { assert, assertEquals, assertGreater } from "@std/assert";
import { brokenReferences, documents, existsInProject, PROJECT, type Project } from "./documents.ts";
import { readSource } from "./source_files.ts";

Deno.test("what documents link to and name is there", () => {
  const found = documents();
  for (const path of ["README.md", "firmware/ike/README.md", "firmware/nvram/FORMAT.md", "host/wmi/README.md"]) {
    assert(found.includes(path), path);
  }
  assertEquals(found.flatMap((path) => brokenReferences(path, readSource(path), PROJECT)), []);
  const named = found.flatMap((path) =>
    brokenReferences(path, readSource(path), { exists: () => false, read: () => "" })
  );
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
  const project: Project = {
    exists: (path) => files.includes(path) || files.includes(`${path}/`),
    read: () => "# The host\n## Calls, and `SRBs`\n## Below\n## Below\n",
  };
  const broken = (path: string, text: string) => brokenReferences(path, text, project);
  const planted: [text: string, ...targets: string[]][] = [
    ["see [the host](host/gone.md)", "host/gone.md"],
    ["see [the host](host/gone.md#calls) and [this](host/README.md)", "host/gone.md#calls"],
    ["[part](host/README.md#no-such-heading)", "host/README.md#no-such-heading"],
    ["[part](host/README.md#below-2)", "host/README.md#below-2"],
    ["[nowhere](#nowhere)", "#nowhere"],
    ["[line](mod.ts#below)", "mod.ts#below"],
    ['[titled](gone.md "A title")', "gone.md"],
    ["[in brackets](<gone file.md>)", "gone file.md"],
    ["[escaped](gone%20file.md)", "gone%20file.md"],
    ["[by reference][there]\n\n[there]: gone.md", "gone.md", "gone.md"],
    ["[by reference][nowhere]", "[nowhere]"],
    ['<a href="gone.md">text</a>', "gone.md"],
    ["text <img src='gone.png'> text", "gone.png"],
    ["| a |\n| - |\n| [cell](gone.md) |", "gone.md"],
    ["> - [quoted](gone.md)", "gone.md"],
    ["![a picture](picture.svg)", "picture.svg"],
    ["[`host/gone.ts`](host/gone.ts)", "host/gone.ts", "host/gone.ts"],
    ["in `host/gone.ts`", "host/gone.ts"],
    ["in `host/gone/`, `host/wmi/`", "host/gone/"],
    ["in `path/like.ts`", "path/like.ts"],
    ["in `gone.ts` and `mod.ts`", "gone.ts"],
    ["run `deno test -A tests/gone`", "tests/gone"],
  ];
  for (const [text, ...targets] of planted) {
    const found = broken("README.md", `# Title\n${text}\n`).map((each) => each.replace(/^README.md:\d: /, ""));
    assertEquals(found, targets, text);
  }
  const long =
    "# A\n\n> - `mod.ts`, then\n>   [quoted](gone.md)\n\n| a |\n| - |\n| `mod.ts` |\n| [cell](gone.md) |\n\n<br>\n<a\n" +
    'href="gone.md">text</a>\n\n1. one\n2. two\n   and [three](gone.md)\n\n[def]: gone.md\n';
  assertEquals(broken("README.md", long), [4, 9, 13, 17, 19].map((line) => `README.md:${line}: gone.md`));
  // What commands in a block write is not there yet.
  assertEquals(broken("README.md", "```sh\nhbasim run scenarios/gone.yaml out.md\n```\n`out.md`"), [
    "README.md:2: scenarios/gone.yaml",
    "README.md:4: out.md",
  ]);
  const innocent = [
    "[RFC](https://www.rfc-editor.org/rfc/rfc2409#x) [mail](mailto:a@example.org) <https://example.org>",
    "# Place: `here`\n[below](#place-here)",
    "[`host/srb.ts`](host/srb.ts) [a part](host/README.md#calls-and-srbs) `host/` `host` `mod.ts`",
    "[a part](host/README.md#below-1) [lines](mod.ts#L3-L9) [titled](mod.ts 'A title') [in brackets](<mod.ts>)",
    "[by reference][there]\n\n[there]: mod.ts",
    '<a href="mod.ts">text</a> <a href="https://example.org">text</a>',
    "`[no](link.txt)`, `table[i][j]`",
    "host/gone.ts is not code, `@noble/hashes`, `des.js`, `a.b()`, `ISDSC/x`, `https://example.org/x`",
  ];
  for (const text of innocent) assertEquals(broken("README.md", text), [], text);
  // Links are relative to their document; what is named as code may start from the root.
  assertEquals(broken("host/README.md", "[`host/srb.ts`](srb.ts), `wmi/guid.ts`, [up](../README.md)"), []);
  assertEquals(broken("host/README.md", "[srb](host/srb.ts)"), ["host/README.md:1: host/srb.ts"]);
});
