/**
 * Every `switch` says what happens to a value that it does not name. Over a
 * union of literals that is a guard, `default: x satisfies never`, which does
 * not compile once the union has a new member; over anything else, a `default`.
 */

import ts from "typescript";
import { nodesOf, placeOf, projectSources } from "./program.ts";

/** Says of each `switch` of a program that is open what it lacks. */
export function switchViolations(program: ts.Program): string[] {
  const checker = program.getTypeChecker();
  return projectSources(program).flatMap(({ path, source }) => {
    return [...nodesOf(source)].filter(ts.isSwitchStatement).flatMap((node) => {
      const problem = violation(node, checker.getTypeAtLocation(node.expression));
      return problem === undefined ? [] : [`${placeOf(path, source, node)}: ${problem}`];
    });
  });
}

function violation({ caseBlock }: ts.SwitchStatement, type: ts.Type): string | undefined {
  const last = caseBlock.clauses.find(ts.isDefaultClause);
  if (!isOfLiterals(type)) return last === undefined ? "a switch without a default" : undefined;
  if (last === undefined || !isGuarded(last)) return "a switch over a union without `satisfies never` in its default";
}

/** A union of literals, or one literal: all its values have a name. */
function isOfLiterals(type: ts.Type): boolean {
  const members = type.isUnion() ? type.types : [type];
  return members.every(({ flags }) => (flags & (ts.TypeFlags.Unit | ts.TypeFlags.Never)) !== 0);
}

/** True if `satisfies never` is in a clause, and not within a `switch` in it, whose guard that would be. */
function isGuarded(node: ts.Node): boolean {
  if (ts.isSatisfiesExpression(node) && node.type.kind === ts.SyntaxKind.NeverKeyword) return true;
  return !ts.isSwitchStatement(node) && ts.forEachChild(node, isGuarded) === true;
}
