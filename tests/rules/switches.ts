/**
 * Every `switch` says what happens to a value that it does not name. Over a
 * union of literals that is a guard, `default: x satisfies never`, which does
 * not compile once the union has a new member; over anything else, a `default`.
 * A union stays one when it is switched over as a string, and its literals are
 * named when something open stands beside them.
 */

import ts from "typescript";
import { nodesOf, placeOf, projectSources } from "./program.ts";

/** Says of each `switch` of a program that is open what it lacks. */
export function switchViolations(program: ts.Program): string[] {
  const checker = program.getTypeChecker();
  return projectSources(program).flatMap(({ path, source }) => {
    return [...nodesOf(source)].filter(ts.isSwitchStatement).flatMap((node) => {
      const problem = violation(node, checker);
      return problem === undefined ? [] : [`${placeOf(path, source, node)}: ${problem}`];
    });
  });
}

function violation({ expression, caseBlock }: ts.SwitchStatement, checker: ts.TypeChecker): string | undefined {
  const type = checker.getTypeAtLocation(expression);
  const last = caseBlock.clauses.find(ts.isDefaultClause);
  if (isOfLiterals(type)) {
    if (last !== undefined && isGuarded(last, expression)) return;
    return "a switch over a union without `satisfies never` of its value in its default";
  }
  if (last === undefined) return "a switch without a default";
  const origin = originOf(expression, checker);
  if (origin !== expression && isOfLiterals(checker.getTypeAtLocation(origin))) {
    return `a switch over the union of \`${origin.getText()}\`, widened to ${checker.typeToString(type)}`;
  }
  const named = caseBlock.clauses.filter(ts.isCaseClause).map((clause) => checker.getTypeAtLocation(clause.expression));
  const missing = literalsOf(type).filter((literal) => !named.some((other) => isSame(literal, other)));
  if (missing.length > 0) {
    return `a switch over a union that does not name ${missing.map((each) => checker.typeToString(each)).join(", ")}`;
  }
}

/** A union of literals, or one literal: all its values have a name. */
function isOfLiterals(type: ts.Type): boolean {
  const members = type.isUnion() ? type.types : [type];
  return members.every(({ flags }) => (flags & (ts.TypeFlags.Unit | ts.TypeFlags.Never)) !== 0);
}

/** The texts and numbers that stand in a union beside something open. */
function literalsOf(type: ts.Type): (ts.StringLiteralType | ts.NumberLiteralType)[] {
  const members = type.isUnion() ? type.types : [type];
  return members.filter((member) => member.isStringLiteral() || member.isNumberLiteral());
}

function isSame(literal: ts.StringLiteralType | ts.NumberLiteralType, other: ts.Type): boolean {
  return (other.isStringLiteral() || other.isNumberLiteral()) && other.value === literal.value;
}

/** Where the value of an expression comes from, if on its way nothing of it changes but its type. */
function originOf(node: ts.Expression, checker: ts.TypeChecker): ts.Expression {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
    return originOf(node.expression, checker);
  }
  if (ts.isTemplateExpression(node) && node.templateSpans.length === 1) {
    const [span] = node.templateSpans;
    const isWhole = span !== undefined && node.head.text + span.literal.text === "";
    return isWhole ? originOf(span.expression, checker) : node;
  }
  if (ts.isCallExpression(node)) {
    const [value] = node.arguments;
    const isConverted = /^(String|Number)$/.test(node.expression.getText()) && value !== undefined;
    return isConverted ? originOf(value, checker) : node;
  }
  const declaration = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node)?.valueDeclaration : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return node;
  const isConst = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
  return isConst && declaration.initializer !== undefined ? originOf(declaration.initializer, checker) : node;
}

/**
 * True if `satisfies never` of what is switched over, or of what that is a member of, is in a clause, and not within a
 * `switch` in it, whose guard that would be.
 */
function isGuarded(node: ts.Node, value: ts.Expression): boolean {
  if (ts.isSatisfiesExpression(node) && node.type.kind === ts.SyntaxKind.NeverKeyword) {
    const whole = ts.isPropertyAccessExpression(value) ? value.expression.getText() : undefined;
    return [value.getText(), whole].includes(node.expression.getText());
  }
  return !ts.isSwitchStatement(node) && ts.forEachChild(node, (child) => isGuarded(child, value)) === true;
}
