/**
 * Each run, and each test, begins anew: what a module or a class holds is not changed once it is loaded.
 */

import ts from "typescript";
import { nodesOf, placeOf, projectSources } from "./program.ts";

/** Methods that change what they are called on: those of collections, arrays and typed arrays. */
const CHANGING = /^(add|clear|copyWithin|delete|fill|pop|push|reverse|set|shift|sort|splice|unshift)$/;

/** Says of each change that a function makes to what a module holds where it is made: `path:line: what`. */
export function moduleStateViolations(program: ts.Program, isOfConcern: (path: string) => boolean): string[] {
  const checker = program.getTypeChecker();
  return projectSources(program).filter(({ path }) => isOfConcern(path)).flatMap(({ path, source }) => {
    return [...nodesOf(source)].flatMap((node) => {
      const changed = changedThing(node);
      if (changed === undefined || !isInFunction(node) || !isOfModule(changed, checker)) return [];
      return [`${placeOf(path, source, node)}: ${changed.text} of a module is changed: hold it in what needs it`];
    });
  });
}

/** The name whose value a node changes: `x` of `x.push(1)`, `x.y.z = 1`, `x[0]++`, `delete x.y`. */
function changedThing(node: ts.Node): ts.Identifier | undefined {
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) return ownerOf(node.left);
  if (ts.isDeleteExpression(node)) return ownerOf(node.expression);
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const { operator } = node;
    const isChange = operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
    return isChange ? ownerOf(node.operand) : undefined;
  }
  const isCall = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression);
  return isCall && CHANGING.test(node.expression.name.text) ? ownerOf(node.expression) : undefined;
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** What the members that an expression goes through belong to, if that has a name. */
function ownerOf(member: ts.Expression): ts.Identifier | undefined {
  const expression = bare(member);
  if (!ts.isPropertyAccessExpression(expression) && !ts.isElementAccessExpression(expression)) return undefined;
  const owner = bare(expression.expression);
  return ts.isIdentifier(owner) ? owner : ownerOf(owner);
}

/** An expression without parentheses and what is said of its type. */
function bare(expression: ts.Expression): ts.Expression {
  const isWrapped = ts.isParenthesizedExpression(expression) || ts.isAssertionExpression(expression) ||
    ts.isSatisfiesExpression(expression) || ts.isNonNullExpression(expression);
  return isWrapped ? bare(expression.expression) : expression;
}

/** Initializers and the blocks of classes run while the module is loaded; functions run later. */
function isInFunction(node: ts.Node): boolean {
  return ts.findAncestor(node, ts.isFunctionLike) !== undefined;
}

/** True of a variable or a class of a module, also of one that was imported. */
function isOfModule(name: ts.Identifier, checker: ts.TypeChecker): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined) return false;
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const place = (isAlias ? checker.getAliasedSymbol(symbol) : symbol).valueDeclaration;
  if (place === undefined || !(ts.isVariableDeclaration(place) || ts.isClassDeclaration(place))) return false;
  return !place.getSourceFile().isDeclarationFile && !isInFunction(place) &&
    ts.findAncestor(place, (each) => ts.isBlock(each) || ts.isForOfStatement(each)) === undefined;
}
