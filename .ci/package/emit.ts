/**
 * JavaScript and declarations of some modules and of all that they import.
 *
 * Types are checked elsewhere, by `deno check` and by the tests that compile
 * against the package; here the compiler only writes.
 *
 * @module
 */

import ts from "typescript";

/** What the files are written for: what Node.js 20 and browsers of its year run. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

/** A file of the package: its path from the package's root, and its text. */
export type Files = Map<string, string>;

/**
 * Writes modules.
 *
 * @param root The project's folder, with a slash at its end.
 * @param entries Modules that declarations are for, as paths from the root.
 * @param programs Modules that are run but not imported: the command and workers.
 */
export function emit(root: string, entries: readonly string[], programs: readonly string[]): Files {
  const rootNames = [...entries, ...programs].map((path) => root + path);
  const program = ts.createProgram({
    rootNames,
    options: { ...OPTIONS, rootDir: root, declaration: true, emitDeclarationOnly: true, noCheck: true },
  });
  const files: Files = new Map();
  const declarations: Files = new Map();
  program.emit(undefined, (path, text) => declarations.set(path.slice(root.length), withoutExtensions(text)));
  for (const source of program.getSourceFiles()) {
    if (!source.fileName.startsWith(root) || source.isDeclarationFile) continue;
    files.set(pathOf(source.fileName.slice(root.length), ".js"), javaScript(source));
  }
  const doors = entries.map((entry) => pathOf(entry, ".d.ts"));
  for (const path of reachable(doors, declarations)) {
    const text = declarations.get(path) ?? "";
    files.set(path, doors.includes(path) ? text : text.replace(MODULE_COMMENT, ""));
  }
  return files;
}

/** What a module says of itself: an editor shows it at a door, and nowhere of a module inside. */
const MODULE_COMMENT = /^\/\*\*(?:(?!\*\/)[^])*@module\s*\*\/\n/;

/** The path that a module has in the package. */
export function pathOf(source: string, extension: ".js" | ".d.ts"): string {
  return source.replace(/\.ts$/, extension);
}

/** The modules that a text imports, in the order of their first import. */
export function importsOf(text: string): string[] {
  return [...new Set(ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName))];
}

/** The names that a text imports from a module. */
export function namesImported(text: string, module: string): string[] {
  const source = ts.createSourceFile("module.js", text, ts.ScriptTarget.ESNext);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const bindings = statement.importClause?.namedBindings;
    if (statement.moduleSpecifier.text !== module || bindings === undefined || !ts.isNamedImports(bindings)) return [];
    return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  });
}

function javaScript(source: ts.SourceFile): string {
  const { outputText } = ts.transpileModule(source.text, {
    fileName: source.fileName,
    compilerOptions: { ...OPTIONS, removeComments: true },
  });
  // Workers are reached by address, which the compiler leaves as it is.
  return outputText.replaceAll(WORKER, (text) => text.replace(/\.ts"/, '.js"')).replaceAll(/^(?: {4})+/gm, tabs);
}

/** A worker, as `new Worker` is given it. */
export const WORKER = /new URL\("\.\/([^"]+\.ts)", import\.meta\.url\)/g;

/** Indentation is a fifth of all that is written. */
function tabs(spaces: string): string {
  return "\t".repeat(spaces.length / 4);
}

/** The compiler rewrites the extensions of imports in JavaScript only. */
function withoutExtensions(declaration: string): string {
  return declaration.replaceAll(/((?:from|import\() ?"\.[^"]*)\.ts"/g, '$1.js"').replaceAll(/^(?: {4})+/gm, tabs);
}

/** The declarations that are seen from some of them. */
function reachable(from: readonly string[], declarations: Files): string[] {
  const seen = new Set<string>();
  const next = [...from];
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const module of importsOf(declarations.get(path) ?? "")) {
      if (module.startsWith(".")) {
        next.push(new URL(module, `file:///${path}`).pathname.slice(1).replace(/js$/, "d.ts"));
      }
    }
  }
  return [...seen].toSorted();
}
