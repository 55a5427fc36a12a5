/**
 * Every exported name has somebody who imports it, or another export of its
 * file that says its type by it: the documentation would have a hole there.
 */

import ts from "typescript";
import { nodesOf } from "./program.ts";

/** A parsed file and its path from the project's root. */
export interface ParsedFile {
  readonly path: string;
  readonly source: ts.SourceFile;
}

/** Parses a file, without types. */
export function parseFile(path: string, text: string): ParsedFile {
  return { path, source: ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true) };
}

/**
 * The exports that nobody needs, as `path: name`.
 *
 * @param files All files of the project.
 * @param doors Those of them whose exports are for the outside.
 */
export function deadExports(files: readonly ParsedFile[], doors: readonly string[]): string[] {
  const imported = new Set(files.flatMap(importedNames));
  return files.filter(({ path }) => !doors.includes(path)).flatMap(({ path, source }) => {
    const exports = exportsOf(source);
    const spoken = new Set(exports.flatMap(({ name, node }) => typesSpokenOf(node).filter((each) => each !== name)));
    return exports.filter(({ name }) => {
      return !imported.has(`${path}: ${name}`) && !imported.has(`${path}: *`) && !spoken.has(name);
    }).map(({ name }) => `${path}: ${name}`);
  });
}

/** What a file takes from others, as `path: name`; `*` for all of a file. */
function importedNames({ path, source }: ParsedFile): string[] {
  return [...nodesOf(source)].flatMap((node): string[] => {
    const specifier = ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
      ? node.argument.literal
      : (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
      ? node.arguments[0]
      : undefined;
    if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith(".")) return [];
    const from = new URL(specifier.text, `file:///${path}`).pathname.slice(1);
    return namesTaken(node).map((name) => `${from}: ${name}`);
  });
}

function namesTaken(node: ts.Node): readonly string[] {
  if (ts.isCallExpression(node)) return namesLoaded(node);
  if (ts.isImportDeclaration(node) && node.importClause === undefined) return [];
  const names = ts.isImportDeclaration(node)
    ? node.importClause?.namedBindings
    : ts.isExportDeclaration(node)
    ? node.exportClause
    : undefined;
  if (names !== undefined && ts.isNamespaceImport(names)) return namesOfAll(names.name);
  if (names === undefined || !(ts.isNamedImports(names) || ts.isNamedExports(names))) return ["*"];
  return names.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

/** What a file takes by `all.name` of a module that it imports as `* as all`; whatever else it does with that takes all. */
function namesOfAll(all: ts.Identifier): readonly string[] {
  return [...nodesOf(all.getSourceFile())].flatMap((node): readonly string[] => {
    if (node === all || !ts.isIdentifier(node) || node.text !== all.text) return [];
    const { parent } = node;
    if (ts.isPropertyAccessExpression(parent)) return parent.expression === node ? [parent.name.text] : [];
    return ts.isQualifiedName(parent) && parent.left === node ? [parent.right.text] : ["*"];
  });
}

/** What is taken of a module that is loaded: `(await import("./x.ts")).y`, `const { y } = await import("./x.ts")`. */
function namesLoaded(call: ts.CallExpression): readonly string[] {
  let node: ts.Node = call.parent;
  while (ts.isAwaitExpression(node) || ts.isParenthesizedExpression(node)) node = node.parent;
  if (ts.isPropertyAccessExpression(node)) return [node.name.text];
  if (!ts.isVariableDeclaration(node) || !ts.isObjectBindingPattern(node.name)) return ["*"];
  return node.name.elements.map(({ name, propertyName }) => (propertyName ?? name).getText());
}

interface Export {
  readonly name: string;
  readonly node: ts.Node;
}

function exportsOf(source: ts.SourceFile): Export[] {
  return source.statements.flatMap((node): Export[] => {
    if (ts.isExportDeclaration(node)) {
      const names = node.exportClause;
      if (names === undefined || !ts.isNamedExports(names)) return [];
      return names.elements.map(({ name }) => ({ name: name.text, node }));
    }
    if (!ts.canHaveModifiers(node)) return [];
    if (!ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(node)) {
      return node.declarationList.declarations.map(({ name }) => ({ name: name.getText(), node }));
    }
    const { name } = node as ts.Node & { readonly name?: ts.Node };
    return name === undefined ? [] : [{ name: name.getText(), node }];
  });
}

/** What a declaration says of types: `T` and `typeof x`, bodies of functions left out. */
function typesSpokenOf(node: ts.Node): string[] {
  if (ts.isBlock(node)) return [];
  const name = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isExpressionWithTypeArguments(node)
    ? node.expression
    : ts.isTypeQueryNode(node)
    ? node.exprName
    : undefined;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  return [...(name === undefined ? [] : [name.getText()]), ...children.flatMap(typesSpokenOf)];
}
