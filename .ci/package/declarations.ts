/**
 * Which declarations travel in the package, and with which comments.
 *
 * An editor shows what a declaration says of itself where its name is used:
 * names that no door exports can stand in types, but are never used by hand,
 * so their comments stay at home. They were half of all declarations.
 *
 * @module
 */

import ts from "typescript";
import { type Files, importsOf, pathOf } from "./files.ts";

/**
 * The declarations that are seen from the doors.
 *
 * @param root The project's folder, with a slash at its end.
 * @param entries The doors' modules, as paths from the root.
 * @param declarations All declarations that the compiler wrote.
 */
export function declarationsOf(
  program: ts.Program,
  root: string,
  entries: readonly string[],
  declarations: Files,
): Files {
  const doors = entries.map((entry) => pathOf(entry, ".d.ts"));
  const exported = exportedNames(program, root, entries);
  return new Map(
    reachable(doors, declarations).map((path) => {
      const text = declarations.get(path) ?? "";
      return [path, doors.includes(path) ? text : commentsOf(exported.get(path) ?? new Set(), text)];
    }),
  );
}

/** The names that doors export, by the declarations in which they stand. */
function exportedNames(program: ts.Program, root: string, entries: readonly string[]): Map<string, Set<string>> {
  const checker = program.getTypeChecker();
  const names = new Map<string, Set<string>>();
  for (const entry of entries) {
    const source = program.getSourceFile(root + entry);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const { name, declarations = [] } = symbol.flags & ts.SymbolFlags.Alias
        ? checker.getAliasedSymbol(symbol)
        : symbol;
      for (const declaration of declarations) {
        const path = pathOf(declaration.getSourceFile().fileName.slice(root.length), ".d.ts");
        names.set(path, (names.get(path) ?? new Set()).add(name));
      }
    }
  }
  return names;
}

/** A module's text, with the comments of some of its names and no others. */
function commentsOf(kept: ReadonlySet<string>, text: string): string {
  const source = ts.createSourceFile("module.d.ts", text, ts.ScriptTarget.ESNext, true);
  const printer = ts.createPrinter({ removeComments: true });
  return source.statements.map((statement) =>
    namesOf(statement).some((name) => kept.has(name))
      ? text.slice(statement.getFullStart(), statement.end).replace(MODULE_COMMENT, "").trim()
      : printer.printNode(ts.EmitHint.Unspecified, statement, source)
  ).join("\n") + "\n";
}

/** What a module says of itself: an editor shows it at a door, and nowhere of a module inside. */
const MODULE_COMMENT = /\/\*\*(?:(?!\*\/)[^])*@module\s*\*\/\n/;

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => ts.isIdentifier(name) ? name.text : "");
  }
  const isNamed = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ||
    ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement) || ts.isEnumDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
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
