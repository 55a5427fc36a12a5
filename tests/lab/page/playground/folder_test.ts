/** What the folder of the playground weighs: the editor first, the core after it. */

import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { buildPlayground } from "../../../../sim/lab/page/playground/build.ts";

const KIBIBYTE = 1024;

function packed(folder: string, ...names: readonly string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(Deno.readFileSync(`${folder}${name}`), { level: 9 }).length, 0);
}

Deno.test("first load has 300 KiB at the most, all of it 500, as a server packs it", () => {
  const folder = buildPlayground();
  const first = packed(folder, "index.html", "playground.js", "playground.css", "gallery.json");
  assert(first <= 300 * KIBIBYTE, `${first} bytes`);
  const all = first + packed(folder, "core.js");
  assert(all <= 500 * KIBIBYTE, `${all} bytes`);
});

Deno.test("all shipped scenarios are in the gallery, with what they call themselves", () => {
  const gallery: readonly { readonly file: string; readonly title: string; readonly source: string }[] = JSON.parse(
    Deno.readTextFileSync(`${buildPlayground()}gallery.json`),
  );
  const shipped = [...Deno.readDirSync(new URL("../../../../scenarios/", import.meta.url))].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml"));
  assertEquals(gallery.map(({ file }) => file).toSorted(), [...shipped, "c_store.yaml"].toSorted());
  for (const { title, source } of gallery) assert(title.length > 10 && source.includes("name:"), title);
});
