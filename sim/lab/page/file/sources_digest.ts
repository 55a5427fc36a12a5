/**
 * The digest of all sources that the page can be made of: who built it and who
 * uses it compare.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const ROOT = new URL("../../../../", import.meta.url);
const FOLDERS = ["sim", "firmware", "host"];

/** Has styles of the playground, too, which are made and no source: with them a first build would be out of date. */
const BUILT = "sim/lab/page/built";

/** The digest, of paths and contents below a folder that is laid out like this project. */
export function sourcesDigest(root = ROOT): string {
  const hash = createHash("sha256");
  const sources = FOLDERS.flatMap((folder) => sourcesIn(root, folder));
  const paths = [...sources, "deno.json", "deno.lock"].toSorted();
  for (const path of paths) hash.update(`${path}\n`).update(readFileSync(new URL(path, root)));
  return hash.digest("hex");
}

function sourcesIn(root: URL, folder: string): string[] {
  if (folder === BUILT) return [];
  return readdirSync(new URL(`${folder}/`, root), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesIn(root, path);
    return /\.(tsx?|css)$/.test(entry.name) ? [path] : [];
  });
}
