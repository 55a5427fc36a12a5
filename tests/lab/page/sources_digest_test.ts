import { assert, assertEquals } from "@std/assert";
import { sourcesDigest } from "../../../sim/lab/page/file/sources_digest.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";

Deno.test("what a build writes is no source of the next: the page of a fresh clone is up to date when it is built", () => {
  using folder = temporaryFolder();
  const write = (path: string, text: string) => {
    Deno.mkdirSync(`${folder.path}/${path.replace(/\/[^/]*$/, "")}`, { recursive: true });
    Deno.writeTextFileSync(`${folder.path}/${path}`, text);
  };
  for (const path of ["deno.json", "deno.lock"]) Deno.writeTextFileSync(`${folder.path}/${path}`, "{}");
  for (const path of ["sim/a.ts", "firmware/a.ts", "host/a.ts", "sim/lab/page/page.css"]) write(path, "a");
  const root = new URL(`file://${folder.path}/`);
  const fresh = sourcesDigest(root);
  write("sim/lab/page/built/playground/playground.css", "body{}");
  write("sim/lab/page/built/page.json", "{}");
  assertEquals(sourcesDigest(root), fresh);
  write("sim/lab/page/page.css", "b");
  assert(sourcesDigest(root) !== fresh, "a changed style is another source");
});
