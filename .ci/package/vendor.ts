/**
 * Packages that travel inside the tarball, each as one module.
 *
 * @module
 */

import { namesImported } from "./emit.ts";
import { type Files, importsOf } from "./files.ts";

/** A package that is bundled: why, and the notice that its licence asks for. */
interface Vendored {
  /** What modules import. */
  readonly specifier: string;
  /** The module in the tarball. */
  readonly path: string;
  /** What its licence wants said. */
  readonly notice: string;
  /** What is bundled instead if `deno.json` links it: the link, and the notice for it. */
  readonly standIn?: { readonly link: string; readonly notice: string };
  /** The names that are needed of it, where it is imported as a whole. */
  readonly names?: readonly string[];
}

const ISC =
  `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby
granted, provided that the above copyright notice and this permission notice appear in all copies.
THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.`;

const MIT =
  `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:
The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.
THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const VENDORED: readonly Vendored[] = [
  // Not on npm.
  {
    specifier: "@std/cli/parse-args",
    path: "vendor/parse_args.js",
    notice: `@std/cli: Copyright the Deno authors\n${MIT}`,
    standIn: {
      link: "./compat/std_cli",
      notice: "parseArgs as @std/cli has it, written for hbasim (compat/std_cli) and licensed with it: see LICENSE",
    },
  },
  // Its optional companion in C++ has an install script, which package managers ask their users about.
  {
    specifier: "cbor-x/index-no-eval",
    path: "vendor/cbor_x.js",
    notice: `cbor-x: Copyright (c) 2020 Kris Zyp\n${MIT}`,
    names: ["Decoder", "Encoder", "setSizeLimits"],
  },
  // Its build for Node.js requires "process" in CommonJS.
  { specifier: "yaml", path: "vendor/yaml.js", notice: `yaml: Copyright Eemeli Aro <eemeli@gmail.com>\n${ISC}` },
];

/**
 * Bundles what is bundled, and lets the JavaScript import it from there.
 *
 * @param root The project's folder, with a slash at its end.
 * @param files Of the package; changed in place.
 */
export function vendor(root: string, files: Files): void {
  const { links = [] }: { readonly links?: readonly string[] } = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));
  for (const { specifier, path, notice: own, standIn, names: whole } of VENDORED) {
    const notice = standIn !== undefined && links.includes(standIn.link) ? standIn.notice : own;
    const names = new Set<string>();
    for (const [importer, text] of files) {
      if (!importer.endsWith(".js") || !importsOf(text).includes(specifier)) continue;
      for (const name of whole ?? namesImported(text, specifier)) names.add(name);
      const address = "../".repeat(importer.split("/").length - 1) + path;
      files.set(importer, text.replaceAll(`"${specifier}"`, `"${address}"`));
    }
    if (names.size > 0) files.set(path, `/*! ${notice} */\n${bundle(root, specifier, [...names].toSorted())}`);
  }
}

function bundle(root: string, specifier: string, names: readonly string[]): string {
  const folder = Deno.makeTempDirSync();
  try {
    // A plain script, since the types of a package may leave out what it exports.
    Deno.writeTextFileSync(`${folder}/entry.js`, `export { ${names.join(", ")} } from "${specifier}";\n`);
    const options = ["--quiet", "--config", `${root}deno.json`, "--platform", "browser", "--minify"];
    const { success, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["bundle", ...options, "-o", `${folder}/bundle.js`, `${folder}/entry.js`],
    }).outputSync();
    if (!success) throw new Error(`Cannot bundle ${specifier}: ${new TextDecoder().decode(stderr)}`);
    return Deno.readTextFileSync(`${folder}/bundle.js`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
