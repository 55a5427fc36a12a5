/**
 * Files of the package, their paths, and what they import.
 *
 * @module
 */

import ts from "typescript";

/** A file of the package: its path from the package's root, and its text. */
export type Files = Map<string, string>;

/** The path that a module has in the package. */
export function pathOf(source: string, extension: ".js" | ".d.ts"): string {
  return source.replace(/\.ts$/, extension);
}

/** The modules that a text imports, in the order of their first import. */
export function importsOf(text: string): string[] {
  return [...new Set(ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName))];
}
