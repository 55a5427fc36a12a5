/**
 * A task that is made and dropped does nothing: a generator runs when somebody
 * takes it on. The type checker has no word against a call whose value nobody
 * takes, nor against a function that answers where nothing is asked for.
 */

import ts from "typescript";
import { nodesOf, placeOf, projectSources } from "./program.ts";

/** Says of each generator of a program that is made and dropped where that is. */
export function droppedTasks(program: ts.Program): string[] {
  const checker = program.getTypeChecker();
  return projectSources(program).flatMap(({ path, source }) => {
    return [...nodesOf(source)].flatMap((node) => droppedBy(node, checker))
      .filter((dropped) => isTask(checker.getTypeAtLocation(dropped), checker))
      .map((dropped) =>
        `${placeOf(path, source, dropped)}: a task that nobody runs: \`${dropped.getText(source).split("\n")[0]}\``
      );
  });
}

/** The expressions whose values a node drops. */
function droppedBy(node: ts.Node, checker: ts.TypeChecker): ts.Expression[] {
  if (ts.isExpressionStatement(node) || ts.isVoidExpression(node)) return valuesOf(node.expression);
  if (ts.isForStatement(node)) {
    const { initializer, incrementor } = node;
    return [initializer, incrementor].flatMap((part) =>
      part === undefined || ts.isVariableDeclarationList(part) ? [] : valuesOf(part)
    );
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken) return valuesOf(node.left);
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body) && isAskedForNothing(node, checker)) {
    return valuesOf(node.body);
  }
  return [];
}

/** True if a function stands where one is wanted that answers nothing. */
function isAskedForNothing(node: ts.ArrowFunction, checker: ts.TypeChecker): boolean {
  const signatures = checker.getContextualType(node)?.getNonNullableType().getCallSignatures() ?? [];
  return signatures.length > 0 &&
    signatures.every((wanted) => (wanted.getReturnType().flags & ts.TypeFlags.Void) !== 0);
}

/** What an expression may have as its value, as far as no one within it takes that. */
function valuesOf(node: ts.Expression): ts.Expression[] {
  if (ts.isParenthesizedExpression(node)) return valuesOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...valuesOf(node.whenTrue), ...valuesOf(node.whenFalse)];
  if (!ts.isBinaryExpression(node)) return [node];
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.AmpersandAmpersandToken:
    case ts.SyntaxKind.CommaToken:
      return valuesOf(node.right);
    case ts.SyntaxKind.BarBarToken:
    case ts.SyntaxKind.QuestionQuestionToken:
      return [...valuesOf(node.left), ...valuesOf(node.right)];
    default:
      return [];
  }
}

function isTask(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (type.isUnionOrIntersection()) return type.types.some((member) => isTask(member, checker));
  const name = (checker.getBaseConstraintOfType(type) ?? type).getSymbol()?.name;
  return name === "Generator" || name === "AsyncGenerator";
}
