/** A table of readers that does not fit its type does not compile: so no option can be forgotten. */

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);

const TABLES: Readonly<Record<string, string>> = {
  "as it must be": "{ a: whole(0, 1), b: { required: text }, c: { orUndefined: flag } }",
  "an option is forgotten": "{ b: { required: text }, c: { orUndefined: flag } }",
  "an option is misspelt": "{ a: whole(0, 1), b: { required: text }, c: { orUndefined: flag }, d: flag }",
  "an option is read as another type": "{ a: text, b: { required: text }, c: { orUndefined: flag } }",
  "an option that must be given may be left out": "{ a: whole(0, 1), b: text, c: { orUndefined: flag } }",
  "an option that may be left out must be given":
    "{ a: { required: whole(0, 1) }, b: { required: text }, c: { orUndefined: flag } }",
  "undefined has lost its meaning": "{ a: whole(0, 1), b: { required: text }, c: flag }",
};

Deno.test("record() compiles only with a reader for each option, of its type, and marked as the option is", () => {
  const readers = new URL("sim/lab/world/option_readers.ts", ROOT).href;
  const folder = Deno.makeTempDirSync();
  try {
    const files = Object.entries(TABLES).map(([what, table], index) => {
      const file = `${folder}/table_${index}.ts`;
      Deno.writeTextFileSync(
        file,
        `import { flag, record, text, whole } from ${JSON.stringify(readers)};\n` +
          "interface Options { readonly a?: number; readonly b: string; readonly c?: boolean | undefined }\n" +
          `export const read = record<Options>(${table});\nexport const others = [flag, text, whole];\n`,
      );
      return { what, file };
    });
    const { stderr } = new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", new URL("deno.json", ROOT).pathname, ...files.map(({ file }) => file)],
      env: { NO_COLOR: "1" },
    }).outputSync();
    const said = new TextDecoder().decode(stderr);
    assert(said.includes("[ERROR]"), said);
    const failing = files.filter(({ file }) => said.includes(`at file://${file}:3`)).map(({ what }) => what);
    assertEquals(failing, Object.keys(TABLES).slice(1), said);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
