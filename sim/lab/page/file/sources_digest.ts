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

/** The digest, of paths and contents. */
export function sourcesDigest(): string {
  const hash = createHash("sha256");
  const paths = [...FOLDERS.flatMap(sourcesIn), "deno.json", "deno.lock"].toSorted();
  for (const path of paths) hash.update(`${path}\n`).update(readFileSync(new URL(path, ROOT)));
  return hash.digest("hex");
}

function sourcesIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, ROOT), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesIn(path);
    return /\.(tsx?|css)$/.test(entry.name) ? [path] : [];
  });
}
