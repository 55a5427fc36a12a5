import { assert, assertEquals } from "@std/assert";
import { importProblem, LONG_FILES, sourceProblems } from "./rules.ts";

const root = new URL("../../", import.meta.url);

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(folder, root))) {
    if (entry.isDirectory) yield* sources(`${folder}${entry.name}/`);
    else if (entry.name.endsWith(".ts")) yield `${folder}${entry.name}`;
  }
}

const files = ["sim/", "firmware/", "host/"].flatMap((folder) => [...sources(folder)]).sort();
const read = (file: string) => Deno.readTextFileSync(new URL(file, root));

interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

function graph(entry: string): ModuleGraph {
  const args = ["info", "--json", new URL(entry, root).pathname];
  const { stdout, success } = new Deno.Command(Deno.execPath(), { args, cwd: root.pathname }).outputSync();
  assert(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("The module graph has no arrow against the design", () => {
  const arrows = new Set<string>();
  for (const entry of ["mod.ts", "sim/cli.ts"]) {
    for (const { specifier, dependencies = [] } of graph(entry).modules) {
      if (!specifier.startsWith(root.href)) continue;
      for (const dependency of dependencies) {
        for (const to of [dependency.code?.specifier, dependency.type?.specifier]) {
          if (to?.startsWith(root.href)) {
            arrows.add(`${specifier.slice(root.href.length)} ${to.slice(root.href.length)}`);
          }
        }
      }
    }
  }
  assert(arrows.size > 200, `${arrows.size} arrows`);
  const problems = [...arrows].map((arrow) => arrow.split(" ") as [string, string])
    .filter(([from, to]) => from !== "mod.ts" && !to.startsWith("compat/"))
    .flatMap(([from, to]) => importProblem(from, to) ?? []);
  assertEquals(problems, []);
});

Deno.test("No file says what is banned in its room", () => {
  assert(files.length > 80);
  assertEquals(files.flatMap((file) => sourceProblems(file, read(file))), []);
});

Deno.test("Files stay short", () => {
  const long = files.filter((file) => read(file).split("\n").length > 401 && !LONG_FILES.has(file));
  assertEquals(long, []);
});

Deno.test("The rules catch planted violations", () => {
  assertEquals(importProblem("host/miniport/miniport.ts", "firmware/key_table.ts") !== undefined, true);
  assertEquals(importProblem("sim/kernel/kernel.ts", "sim/trace/recorder.ts") !== undefined, true);
  assertEquals(importProblem("firmware/boot.ts", "host/iscsidsc.ts") !== undefined, true);
  assertEquals(importProblem("host/iscsidsc.ts", "firmware/interface.ts"), undefined);
  for (
    const planted of [
      "const t = Date.now();",
      "const x = Math.random();",
      "async function f() {}",
      "const y: any = 1;",
      "list.at(0)!.name;",
      'import fs from "node:fs";',
      "setTimeout(() => {}, 1);",
    ]
  ) assertEquals(sourceProblems("firmware/boot.ts", planted).length > 0, true, planted);
  assertEquals(sourceProblems("firmware/boot.ts", "// Date.now is banned here\n/* async too */ const a = 1;"), []);
});
