/** README's table of options is made from the doc comments of `WorldOptions`; this test compares, and can write it anew. */

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);
const SOURCE = new URL("sim/lab/world/world_options.ts", ROOT);
const README = new URL("README.md", ROOT);

const BEGIN =
  "<!-- Made from sim/lab/world/world_options.ts by WRITE_OPTIONS=1 deno test -A tests/lab/world/options_table_test.ts -->";
const END = "<!-- The end of what is made. -->";

interface DocumentedType {
  readonly kind: string;
  readonly value?: unknown;
}

interface Property {
  readonly name: string;
  readonly jsDoc?: { readonly doc?: string };
  readonly tsType?: DocumentedType;
}

interface Symbols {
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly {
      readonly kind: string;
      readonly def: { readonly properties?: readonly Property[] };
    }[];
  }[];
}

/** The properties of each interface of the module, by its name, as `deno doc` tells them. */
function interfaces(): ReadonlyMap<string, readonly Property[]> {
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "--config", new URL("deno.json", ROOT).pathname, SOURCE.pathname],
  }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly nodes: Readonly<Record<string, Symbols>>;
  };
  const symbols = nodes[SOURCE.href]?.symbols ?? [];
  return new Map(
    symbols.flatMap(({ name, declarations }) =>
      declarations.filter(({ kind }) => kind === "interface").map(({ def }) => [name, def.properties ?? []] as const)
    ),
  );
}

/** The interface that a type names, with `[]` for each list around it. */
function named(type: DocumentedType | undefined): { readonly name: string; readonly lists: string } | undefined {
  if (type?.kind === "typeRef") return { name: (type.value as { readonly typeName: string }).typeName, lists: "" };
  if (type?.kind === "typeOperator") return named((type.value as { readonly tsType: DocumentedType }).tsType);
  if (type?.kind !== "array") return undefined;
  const item = named(type.value as DocumentedType);
  return item === undefined ? undefined : { ...item, lists: `${item.lists}[]` };
}

/** Every option with its doc comment, those of interfaces of the module in their place. */
function* rows(all: ReadonlyMap<string, readonly Property[]>, name: string, path: string): Generator<[string, string]> {
  for (const property of all.get(name) ?? []) {
    const at = `${path}${property.name}`;
    const doc = property.jsDoc?.doc ?? "";
    yield [`\`${at}\``, doc.replace(/\{@linkcode (\w+)\}/g, "`$1`").replace(/\s+/g, " ").replaceAll("|", "\\|")];
    const type = named(property.tsType);
    if (type !== undefined) yield* rows(all, type.name, `${at}${type.lists}.`);
  }
}

/** As `deno fmt` pads it. */
function table(cells: readonly (readonly [string, string])[]): string {
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head, ...body] = cells.map(line);
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}

Deno.test("README.md has the table of options that the doc comments of WorldOptions make", () => {
  const options = [...rows(interfaces(), "WorldOptions", "")];
  for (const [option, doc] of options) assert(doc.length > 10, `${option} has no doc comment`);
  for (const option of ["seed", "adapters[].createFlash", "host.timeouts", "targets[].keys", "image.flash"]) {
    assert(options.some(([name]) => name === `\`${option}\``), `${option} is not in the table`);
  }
  const made = `${BEGIN}\n\n${table([["Option", "What it is"], ...options])}\n\n${END}`;
  const text = Deno.readTextFileSync(README);
  const start = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  assert(start >= 0 && end > start, "README.md has lost the marks of the table");
  if (Deno.env.get("WRITE_OPTIONS") !== undefined) {
    Deno.writeTextFileSync(README, text.slice(0, start) + made + text.slice(end + END.length));
    return;
  }
  assertEquals(text.slice(start, end + END.length), made);
});
