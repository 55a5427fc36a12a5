/**
 * The interface of the package as a text: each door, each name behind it, its
 * kind and its signature.
 *
 * ```sh
 * deno task api     # writes tests/package/api.txt, unless CHANGELOG.md does not tell of a change
 * ```
 *
 * Names and kinds are those of `deno doc`, signatures those of the declarations
 * in the tarball. A name that is behind several doors is written out at one of
 * them.
 *
 * @module
 */

import ts from "typescript";
import { apiProblems, recordOf } from "./api_rule.ts";
import { emit } from "./emit.ts";
import { type Files, pathOf } from "./files.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const RECORD = "tests/package/api.txt";

/** What `deno doc --json` says, as far as it is used here. */
interface Documentation {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocumentedSymbol[] }>>;
}

interface DocumentedSymbol {
  readonly name: string;
  readonly declarations: readonly { readonly kind: string }[];
}

/** The listing as it is now: a line for each name, below it a line for each member. */
export function listing(): string {
  const { name, exports }: { readonly name: string; readonly exports: Readonly<Record<string, string>> } = JSON.parse(
    Deno.readTextFileSync(`${ROOT}deno.json`),
  );
  // The door to all rooms comes last: what is behind a room's own door is written out there.
  const doors = Object.entries(exports).toSorted(([a], [b]) =>
    Number(a === ".") - Number(b === ".") || (a < b ? -1 : 1)
  );
  const files = emit(ROOT, doors.map(([, path]) => path.slice("./".length)), []);
  const documentation = documentationOf(doors.map(([, path]) => path));
  const written = new Map<string, string>();
  const lines: string[] = [];
  for (const [door, path] of doors) {
    const entry = name + door.slice(1);
    const symbols = documentation.nodes[`file://${ROOT}${path.slice("./".length)}`]?.symbols ?? [];
    for (const symbol of symbols.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const declared = declarationOf(symbol.name, pathOf(path, ".d.ts").slice("./".length), files);
      if (declared === undefined) throw new Error(`${entry} does not declare ${symbol.name}`);
      const kinds = [...new Set(symbol.declarations.map(({ kind }) => kind))].join(", ");
      const elsewhere = written.get(`${declared.path} ${symbol.name}`);
      lines.push(`${entry} ${symbol.name}: ${kinds}${elsewhere === undefined ? "" : `, as ${elsewhere} has it`}`);
      if (elsewhere !== undefined) continue;
      written.set(`${declared.path} ${symbol.name}`, entry);
      lines.push(...declared.statements.flatMap(signature).map((line) => `  ${line}`));
    }
  }
  return `${lines.join("\n")}\n`;
}

function documentationOf(paths: readonly string[]): Documentation {
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...paths],
    cwd: ROOT,
  })
    .outputSync();
  if (!success) throw new Error(`deno doc failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

interface Declared {
  readonly path: string;
  readonly statements: readonly ts.Statement[];
}

/** Where a name that a module exports is declared: there, or in a module from which it passes the name on. */
function declarationOf(name: string, path: string, files: Files): Declared | undefined {
  const source = ts.createSourceFile(path, files.get(path) ?? "", ts.ScriptTarget.ESNext, true);
  const statements = source.statements.filter((statement) => namesOf(statement).includes(name));
  if (statements.length > 0) return { path, statements };
  for (const statement of source.statements) {
    const from = passesOn(statement, name);
    const module = from === undefined ? undefined : new URL(from, `file:///${path}`).pathname.slice(1);
    const found = module === undefined ? undefined : declarationOf(name, module.replace(/\.js$/, ".d.ts"), files);
    if (found !== undefined) return found;
  }
}

/** The module from which a statement may pass a name on, or have it for another statement to pass on. */
function passesOn(statement: ts.Statement, name: string): string | undefined {
  const clause = ts.isExportDeclaration(statement)
    ? statement.exportClause
    : ts.isImportDeclaration(statement)
    ? statement.importClause?.namedBindings
    : undefined;
  if (!ts.isExportDeclaration(statement) && clause === undefined) return;
  const { moduleSpecifier } = statement as ts.ExportDeclaration | ts.ImportDeclaration;
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return;
  const isPassed = clause === undefined ||
    ((ts.isNamedExports(clause) || ts.isNamedImports(clause)) &&
      clause.elements.some((element) => element.name.text === name));
  return isPassed ? moduleSpecifier.text : undefined;
}

/** A declaration in one line, or in one for its head and one for each member. */
function signature(statement: ts.Statement): string[] {
  if (!ts.isClassDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) return [print(statement)];
  const members = statement.members.filter(({ name }) => name === undefined || !ts.isPrivateIdentifier(name));
  const head = statement.getSourceFile().text.slice(statement.getStart(), statement.members.pos - "{".length);
  return [oneLine(head), ...members.map((member) => `  ${print(member)}`)];
}

const PRINTER = ts.createPrinter({ removeComments: true });

function print(node: ts.Node): string {
  return oneLine(PRINTER.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replace(/^export (declare )?/, "").trim();
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const isNamed = ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement) ||
    ts.isFunctionDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

/** Writes the record anew, or says what the change log does not tell of. */
function record(): void {
  const [before, changelog] = [RECORD, "CHANGELOG.md"].map((path) => Deno.readTextFileSync(ROOT + path));
  const found = listing();
  const problems = apiProblems(before ?? "", found, changelog ?? "");
  if (problems.length === 0) Deno.writeTextFileSync(ROOT + RECORD, recordOf(found, changelog ?? ""));
  else {
    console.error([`${RECORD} is left as it was:`, ...problems].join("\n  "));
    Deno.exitCode = 1;
  }
}

if (import.meta.main) record();
