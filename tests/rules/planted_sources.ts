/** Copies of the sources in which something is planted. */

import { assertEquals } from "@std/assert";
import { readSource, ROOT, sourceFiles } from "./source_files.ts";

/** Text that is put behind a text of a file that stands there once. */
export interface Plant {
  readonly file: string;
  readonly behind: string;
  readonly text: string;
}

/** The files in which something is planted, with it. */
export function planted(plants: readonly Plant[]): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { file, behind, text } of plants) {
    const parts = (sources.get(file) ?? readSource(file)).split(behind);
    assertEquals(parts.length, 2, `${file} has the text "${behind}" once`);
    sources.set(file, parts.join(`${behind}\n${text}`));
  }
  return sources;
}

/** A copy of the sources in a folder. */
export class Copy {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    for (const path of [...sourceFiles("sim", "firmware", "host", "compat"), "deno.json", "deno.lock"]) {
      this.write(path, readSource(path));
    }
    for (const { name } of Deno.readDirSync(new URL("compat/", ROOT))) {
      this.write(`compat/${name}/deno.json`, readSource(`compat/${name}/deno.json`));
    }
  }

  /** Plants, runs deno with arguments, and takes out again what was planted. */
  run(args: readonly string[], plants: readonly Plant[]): { readonly success: boolean; readonly output: string } {
    const sources = planted(plants);
    for (const [file, source] of sources) this.write(file, source);
    const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
      args: [...args],
      stdin: "null",
      cwd: this.#folder,
      env: { NO_COLOR: "1" },
    }).outputSync();
    for (const file of sources.keys()) this.write(file, readSource(file));
    return { success, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  }

  /** Writes a file. */
  write(path: string, text: string): void {
    const file = `${this.#folder}/${path}`;
    Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
}
