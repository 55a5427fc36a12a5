/**
 * What simulated time may name of the world around it: the values of the language whose results are the same in every
 * run and on every engine. Each other global is refused, so that one which is not known yet is, too.
 */

import ts from "typescript";
import { nodesOf, placeOf, projectSources } from "./program.ts";

/** Those that are allowed. */
export const ALLOWED_GLOBALS: ReadonlySet<string> = new Set([
  ...["undefined", "NaN", "Infinity"],
  ...["Object", "Array", "String", "Number", "parseInt", "BigInt", "Symbol", "RegExp", "JSON", "Math", "Reflect"],
  ...["Map", "Set", "WeakMap", "ArrayBuffer", "DataView"],
  ...["Uint8Array", "Uint16Array", "Uint32Array", "Int32Array", "Float64Array"],
  // Memory alone: whoever else writes to it is a worker, and those are not allowed.
  "SharedArrayBuffer",
  ...["Error", "RangeError", "TypeError"],
  ...["TextEncoder", "TextDecoder"],
  // Version 1 without floating point is exact; what a module imports is up to whoever makes an instance.
  "WebAssembly",
]);

/** What takes the place of some that are not allowed. */
const INSTEAD: Readonly<Record<string, string>> = {
  Date: "Kernel.now",
  Temporal: "Kernel.now",
  performance: "Kernel.now",
  setTimeout: "Kernel.schedule",
  setInterval: "Kernel.schedule",
  setImmediate: "Kernel.schedule",
  queueMicrotask: "Kernel.schedule",
  requestAnimationFrame: "Kernel.schedule",
  Promise: "a Task",
  Worker: "a Task",
  crypto: "a RandomStream, or @noble/hashes",
  Buffer: "Uint8Array",
  fetch: "the simulated network",
  console: "the trace",
  Intl: "the same text in every locale",
  WeakRef: "a Map: garbage collection is not deterministic",
  FinalizationRegistry: "a TaskGroup: garbage collection is not deterministic",
};

/** What of `Math` is exact on every engine (ECMA-262 leaves the others to the implementation). */
const EXACT_MATH = /^(abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc)$/;

/** The names of globals in a file. */
export function globalNames(source: ts.SourceFile, checker: ts.TypeChecker): string[] {
  return [...nodesOf(source)].filter(ts.isIdentifier).filter((node) => !isMemberName(node) && isGlobal(node, checker))
    .map(({ text }) => text);
}

/** Says of each global that is not allowed where it is named: `path:line: name: use …`. */
export function globalViolations(program: ts.Program, isOfConcern: (path: string) => boolean): string[] {
  const checker = program.getTypeChecker();
  return projectSources(program).filter(({ path }) => isOfConcern(path)).flatMap(({ path, source }) => {
    return [...nodesOf(source)].flatMap((node) => {
      const problem = problemOf(node, checker);
      return problem === undefined ? [] : [`${placeOf(path, source, node)}: ${problem}`];
    });
  });
}

function problemOf(node: ts.Node, checker: ts.TypeChecker): string | undefined {
  // A declaration without a body is a global by another name.
  if (node.kind === ts.SyntaxKind.DeclareKeyword) return "declare: import what is meant";
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
    return "import.meta: use an argument";
  }
  if (!ts.isIdentifier(node) || isMemberName(node) || !isGlobal(node, checker)) return undefined;
  const { text } = node;
  if (text === "Math") return problemOfMath(node);
  return ALLOWED_GLOBALS.has(text) ? undefined : `${text}: use ${INSTEAD[text] ?? "an argument"}`;
}

function problemOfMath({ parent }: ts.Identifier): string | undefined {
  if (ts.isElementAccessExpression(parent)) return "Math[…]: use its functions by name";
  if (!ts.isPropertyAccessExpression(parent)) return "Math as a value: use its functions by name";
  const { text } = parent.name;
  return EXACT_MATH.test(text) ? undefined : `Math.${text}: use a RandomStream, or integers`;
}

/** True of an identifier that only names a member: `x.name`, `{ name: 1 }`, `name(): void`, `{ name: x } = y`. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  if (ts.isImportSpecifier(parent)) return true;
  if (ts.isExportSpecifier(parent)) return parent.parent.parent.moduleSpecifier !== undefined;
  if (ts.isShorthandPropertyAssignment(parent)) return false;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return true;
  if (ts.isNamedTupleMember(parent)) return parent.name === node;
  if (ts.isConstTypeReference(parent) || ts.isMetaProperty(parent)) return true;
  return (ts.isClassElement(parent) || ts.isTypeElement(parent) || ts.isObjectLiteralElement(parent) ||
    ts.isEnumMember(parent)) && parent.name === node;
}

/** True of a name that no file declares: one of the language's values, or one that the compiler does not know. */
function isGlobal(node: ts.Identifier, checker: ts.TypeChecker): boolean {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  const places = symbol?.declarations ?? [];
  if (symbol === undefined || places.length === 0) return true;
  // Types alone, such as Record, are gone before anything runs.
  return (symbol.flags & ts.SymbolFlags.Value) !== 0 && places.every((place) => isOfLanguage(place.getSourceFile()));
}

function isOfLanguage({ fileName }: ts.SourceFile): boolean {
  return /\/lib\.[\w.]+\.d\.ts$/.test(fileName);
}
