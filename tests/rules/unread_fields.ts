/**
 * A field that a file may have, and of which nothing follows, is refused: what
 * takes a step or injects a fault must pick each field that its shape reads.
 * That it uses what it has picked is for `deno lint` (no-unused-vars).
 */

import ts from "typescript";
import { nodesOf, placeOf, projectSources } from "./program.ts";

/** The functions that make entries, and in which parts of an entry fields are put to use. */
const USES: ReadonlyMap<string, readonly string[]> = new Map([
  ["step", ["run"]],
  ["faultKind", ["inject", "times"]],
]);

/** Says of each field of an entry's shape that nothing uses where the entry is. */
export function unreadFields(program: ts.Program): string[] {
  const checker = program.getTypeChecker();
  const sources = projectSources(program);
  const places = placeFields(sources.map(({ source }) => source), checker);
  return sources.flatMap(({ path, source }) =>
    entriesOf(source).flatMap(({ entry, uses }) => {
      const read = new Set(uses.flatMap((name) => [...fieldsOf(propertyOf(entry, name), checker)]));
      const place = propertyOf(entry, "place");
      if (place !== undefined) {
        for (const field of places.get(place.getText(source).slice(1, -1)) ?? []) read.add(field);
      }
      return read.has(ALL) ? [] : shapeFields(propertyOf(entry, "shape"), checker).filter((field) => !read.has(field))
        .map((field) => `${placeOf(path, source, entry)}: ${uses.join(" and ")} do nothing with the field ${field}`);
    })
  );
}

/** In the place of names: the value is passed on whole. */
const ALL = "*";

interface Entry {
  readonly entry: ts.ObjectLiteralExpression;
  readonly uses: readonly string[];
}

function entriesOf(source: ts.SourceFile): Entry[] {
  return [...nodesOf(source)].filter(ts.isCallExpression).flatMap(({ expression, arguments: [entry] }) => {
    const uses = USES.get(expression.getText(source));
    return uses === undefined || entry === undefined || !ts.isObjectLiteralExpression(entry) ? [] : [{ entry, uses }];
  });
}

/** A part of an entry: a method, or the value of a property. */
function propertyOf(entry: ts.ObjectLiteralExpression, name: string): ts.Node | undefined {
  const found = entry.properties.find((property) => property.name?.getText() === name);
  return found !== undefined && ts.isPropertyAssignment(found) ? found.initializer : found;
}

/** The fields of a mapping; none of another shape, whose value is one thing. */
function shapeFields(shape: ts.Node | undefined, checker: ts.TypeChecker): string[] {
  const type = shape === undefined ? undefined : checker.getTypeAtLocation(shape);
  const value = type?.getProperty("type");
  if (type?.getProperty("fields") === undefined || value === undefined || shape === undefined) return [];
  return namesOf(checker.getTypeOfSymbolAtLocation(value, shape), checker);
}

function namesOf(type: ts.Type, checker: ts.TypeChecker): string[] {
  return checker.getPropertiesOfType(checker.getNonNullableType(type)).map(({ name }) => name);
}

/** What a function takes of its first parameter. */
function fieldsOf(node: ts.Node | undefined, checker: ts.TypeChecker): string[] {
  if (node === undefined) return [];
  if (!ts.isMethodDeclaration(node) && !ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) {
    const [parameter] = checker.getTypeAtLocation(node).getCallSignatures()[0]?.parameters ?? [];
    return parameter === undefined ? [] : namesOf(checker.getTypeOfSymbolAtLocation(parameter, node), checker);
  }
  const name = node.parameters[0]?.name;
  if (name === undefined || node.body === undefined) return [];
  if (!ts.isIdentifier(name)) return pickedBy(name);
  const uses = [...nodesOf(node.body)].filter((use) => ts.isIdentifier(use) && use.text === name.text);
  return uses.flatMap(({ parent }) => {
    if (ts.isPropertyAccessExpression(parent) && parent.expression.getText() === name.text) return [parent.name.text];
    const isPicked = ts.isVariableDeclaration(parent) && !ts.isIdentifier(parent.name);
    return isPicked ? pickedBy(parent.name) : [ALL];
  });
}

function pickedBy(pattern: ts.BindingPattern): string[] {
  return pattern.elements.flatMap((element) => {
    if (ts.isOmittedExpression(element)) return [];
    return element.dotDotDotToken === undefined ? [(element.propertyName ?? element.name).getText()] : [ALL];
  });
}

/** The fields by which a fault says what it strikes: whoever strikes uses them. */
function placeFields(sources: readonly ts.SourceFile[], checker: ts.TypeChecker): Map<string, string[]> {
  const places = sources.flatMap(({ statements }) => [...statements]).filter(ts.isInterfaceDeclaration)
    .find(({ name }) => name.text === "PlaceFields");
  return new Map(
    places?.members.map((place) => [place.name?.getText() ?? "", namesOf(checker.getTypeAtLocation(place), checker)]),
  );
}
