/**
 * JavaScript and declarations of some modules and of all that they import.
 *
 * Types are checked elsewhere, by `deno check` and by the tests that compile
 * against the package; here the compiler only writes.
 *
 * @module
 */

import { minify_sync } from "terser";
import ts from "typescript";
import { declarationsOf } from "./declarations.ts";
import { type Files, pathOf } from "./files.ts";

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
  const { diagnostics } = program.emit(undefined, (path, text) => {
    declarations.set(path.slice(root.length), withoutBuffers(withoutExtensions(text)));
  });
  if (diagnostics.length > 0) {
    throw new Error(ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: (path) => path,
      getCurrentDirectory: () => root,
      getNewLine: () => "\n",
    }));
  }
  for (const source of program.getSourceFiles()) {
    if (!source.fileName.startsWith(root) || source.isDeclarationFile) continue;
    files.set(pathOf(source.fileName.slice(root.length), ".js"), javaScript(source));
  }
  for (const [path, text] of declarationsOf(program, root, entries, declarations)) files.set(path, text);
  return files;
}

/** The names that a text imports from a module, `default` among them; those of a whole module are not known. */
export function namesImported(text: string, module: string): string[] {
  const source = ts.createSourceFile("module.js", text, ts.ScriptTarget.ESNext);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    if (statement.moduleSpecifier.text !== module || statement.importClause === undefined) return [];
    const { name, namedBindings } = statement.importClause;
    const byDefault = name === undefined ? [] : ["default"];
    if (namedBindings === undefined || ts.isNamespaceImport(namedBindings)) return byDefault;
    return [...byDefault, ...namedBindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text)];
  });
}

/** Without comments, indentation and long local names; each statement is on a line of its own, for stack traces. */
function javaScript(source: ts.SourceFile): string {
  const { outputText } = ts.transpileModule(source.text, { fileName: source.fileName, compilerOptions: OPTIONS });
  const { code = "" } = minify_sync(outputText, {
    module: true,
    compress: false,
    keep_classnames: true,
    keep_fnames: true,
    format: { semicolons: false },
  });
  // Workers are reached by address, which the compiler leaves as it is.
  return code.replaceAll(WORKER, (text) => text.replace(/\.ts"/, '.js"'));
}

/** A worker, as `new Worker` is given it. */
export const WORKER = /new URL\("\.\/([^"]+\.ts)", ?import\.meta\.url\)/g;

/** The compiler rewrites the extensions of imports in JavaScript only. */
function withoutExtensions(declaration: string): string {
  return declaration.replaceAll(/((?:from|import\() ?"\.[^"]*)\.ts"/g, '$1.js"');
}

/** The compiler derives `Uint8Array<ArrayBufferLike>`, which is its default; before 5.7 it was no generic type. */
function withoutBuffers(declaration: string): string {
  return declaration.replaceAll(/\b(\w+Array|DataView)<ArrayBuffer(?:Like)?>/g, "$1");
}
