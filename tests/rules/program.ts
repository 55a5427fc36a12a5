/** Sources as the TypeScript compiler sees them: syntax trees and types. */

import ts from "typescript";
import { ROOT } from "./source_files.ts";

/** What of the compiler's settings the rules' answers depend on: as in `deno.json`. */
const SETTINGS: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  noEmit: true,
  lib: ["lib.esnext.d.ts"],
  types: [],
};

/**
 * A program of files of the project. Packages are not looked up: what comes from one is of no known type.
 *
 * @param files Paths from the project's root.
 */
export function projectProgram(files: readonly string[]): ts.Program {
  return ts.createProgram(files.map((path) => new URL(path, ROOT).pathname), SETTINGS);
}

/** A program of one file with a text, for violations that are planted. */
export function programOf(path: string, text: string): ts.Program {
  const name = new URL(path, ROOT).pathname;
  const host = ts.createCompilerHost(SETTINGS);
  const { getSourceFile } = host;
  host.getSourceFile = (asked, version) => {
    return asked === name ? ts.createSourceFile(asked, text, version, true) : getSourceFile(asked, version);
  };
  return ts.createProgram([name], SETTINGS, host);
}

/** The project's own files in a program, with their paths from its root. */
export function projectSources(program: ts.Program): { readonly path: string; readonly source: ts.SourceFile }[] {
  return program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(ROOT.pathname))
    .map((source) => ({ path: source.fileName.slice(ROOT.pathname.length), source }));
}

/** Each node below one, itself first. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** Where a node stands: `path:line`. */
export function placeOf(path: string, source: ts.SourceFile, node: ts.Node): string {
  return `${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;
}
