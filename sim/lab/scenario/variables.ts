/**
 * Values with names, and the cases that they make: `parameters`, `matrix` and
 * `cases` of a scenario file.
 *
 * @module
 */

import { either, entries, filled, list, literal, parseScalar, scalar, type ScalarShape } from "../../shape/shape.ts";
import { withoutControls } from "../../kernel/given.ts";
import { isSameValue, valuesOfRange } from "./matrix_values.ts";
import type { ScenarioError } from "./mistake.ts";
import { type NamedValue, Scope } from "./scope.ts";
import { SEED_WORD } from "./values.ts";
import type { YamlFile } from "./yaml_file.ts";

/** A name that `$` may stand before. */
const NAME: ScalarShape<string> = scalar({
  accepts: "a letter, then letters, digits, hyphens",
  pattern: /^[A-Za-z][\w-]*$/,
  example: "cut",
  isLiteral: true,
  parse: (name) => name,
});

const ROW_NAME: ScalarShape<string> = scalar({
  accepts: "a text without commas, brackets, equals signs and control characters",
  pattern: /^[^,[\]=]+$/,
  example: "all ports",
  isLiteral: true,
  parse: (name) => withoutControls(name) === name ? name : undefined,
});

const VALUE = literal("a value");

/** `parameters` of a file. */
export const PARAMETERS = filled(entries(NAME, VALUE));

/** `matrix` of a file. */
export const MATRIX = filled(
  entries(NAME, either(literal("a range such as 1..20 or 0us..10ms step 50us"), list(VALUE))),
);

/** `cases` of a file. */
export const CASES = filled(entries(ROW_NAME, filled(entries(NAME, VALUE))));

/** The most cases that a file may have. */
const MOST_CASES = 100_000;

/** The name whose values are the seeds of the cases. */
const SEED_NAME = "seed";

/** One case: which values its names stand for. */
export interface Case {
  /** What varies, as it is written: `back,nth=3`; empty if nothing does. */
  readonly name: string;
  readonly values: ReadonlyMap<string, NamedValue>;
}

/** A name that varies, with its values. */
interface Axis {
  readonly name: string;
  readonly values: readonly NamedValue[];
}

/** A row of the table of cases. */
interface Row {
  readonly name: string;
  readonly values: readonly (readonly [string, NamedValue])[];
}

/** What a file declares. */
interface Declared {
  readonly parameters: ReadonlyMap<string, NamedValue>;
  readonly rows: readonly Row[];
  readonly axes: readonly Axis[];
}

/**
 * The cases of a file, in order: rows of the table before the names of the matrix, of which the last varies fastest.
 *
 * @param set Parameters with other values than the file's.
 * @throws {ScenarioError} What declares them is not understood, or contradicts itself.
 */
export function casesOf(yaml: YamlFile, set: Readonly<Record<string, string>> = {}): readonly Case[] {
  const declared = declaredIn(yaml, set);
  refuseTwice(yaml, declared);
  const { parameters, rows, axes } = declared;
  const count = axes.reduce((product, { values }) => product * values.length, Math.max(1, rows.length));
  if (count > MOST_CASES) throw yaml.refusal("matrix", `a matrix of ${count} cases`, `${MOST_CASES} at the most`);
  let cases: readonly Case[] = rows.length === 0
    ? [{ name: "", values: parameters }]
    : rows.map(({ name, values }) => ({ name, values: new Map([...parameters, ...values]) }));
  for (const { name, values } of axes) {
    cases = cases.flatMap((each) =>
      values.map((value) => ({
        name: `${each.name}${each.name === "" ? "" : ","}${name}=${value.text}`,
        values: new Map([...each.values, [name, value]]),
      }))
    );
  }
  return cases;
}

/** The seed that a case brings; `undefined` if its matrix has none. */
export function seedOf({ values }: Case): string | undefined {
  return values.get(SEED_NAME)?.text;
}

/**
 * Names that a file declares and nothing uses, as mistakes. What is nearly called as one that is used and not declared
 * is passed over: that mistake is told already.
 */
export function unusedNames(yaml: YamlFile, cases: readonly Case[]): readonly ScenarioError[] {
  const declared = (["parameters", "matrix", "cases[0]"] as const).flatMap((part) =>
    namesIn(yaml, part).map((name, index) => ({ part, name, index }))
  );
  // Most files declare none, and need not be searched.
  if (declared.length === 0) return [];
  const used = new Set<string>();
  const scope = new Scope(cases[0]?.values);
  let isComplete = true;
  for (const node of yaml.scalars()) {
    const resolved = scope.resolve(node);
    if (resolved.type === "unknown") isComplete = false;
    else if (resolved.variable !== undefined) used.add(resolved.variable);
  }
  if (!isComplete) return [];
  return declared.flatMap(({ part, name, index }) => {
    if (used.has(name) || (part === "matrix" && name === SEED_NAME)) return [];
    return [yaml.refusal(`${part}[${index}!]`, `${name}, which is used nowhere,`, `$${name} in the place of a value`)];
  });
}

/**
 * What a name of the matrix must not be, if it stands where a key does: cases are called by their values, in reports and
 * on command lines.
 *
 * @param keys The names that are used as keys.
 */
export function refuseVaryingKeys(yaml: YamlFile, keys: ReadonlySet<string>): void {
  const names = namesIn(yaml, "matrix");
  const index = names.findIndex((name) => keys.has(name));
  if (index < 0) return;
  yaml.show(`matrix[${index}!]`);
  throw yaml.refusal(
    `matrix[${index}!]`,
    `${names[index]}, a key, by which cases would be called,`,
    "a row of cases for each key, which has a name",
  );
}

/** Whether values of a matrix are in the names of a file's cases. */
export function hasMatrix(yaml: YamlFile): boolean {
  return namesIn(yaml, "matrix").length > 0;
}

/** The names of a file's parameters. */
export function parameterNames(yaml: YamlFile): readonly string[] {
  return namesIn(yaml, "parameters");
}

function namesIn(yaml: YamlFile, part: "parameters" | "matrix" | "cases[0]"): readonly string[] {
  switch (part) {
    case "parameters":
      return (yaml.readField(part, PARAMETERS) ?? []).map(({ name }) => name);
    case "matrix":
      return (yaml.readField(part, MATRIX) ?? []).map(({ name }) => name);
    case "cases[0]":
      return (yaml.readField("cases", CASES)?.[0]?.value ?? []).map(({ name }) => name);
    default:
      return part satisfies never;
  }
}

function declaredIn(yaml: YamlFile, set: Readonly<Record<string, string>>): Declared {
  const parameters = (yaml.readField("parameters", PARAMETERS) ?? []).map(({ name, value }, index) => {
    const text = Object.hasOwn(set, name) ? set[name] ?? value : value;
    return [name, { text, declared: yaml.nodeAt(`parameters[${index}]`) }] as const;
  });
  const rows = (yaml.readField("cases", CASES) ?? []).map(({ name, value }, row): Row => ({
    name,
    values: value.map((each, index) => {
      return [each.name, { text: each.value, declared: yaml.nodeAt(`cases[${row}][${index}]`) }] as const;
    }),
  }));
  const matrix = yaml.readField("matrix", MATRIX) ?? [];
  const axes = matrix.map(({ name, value }, index): Axis => ({ name, values: axisOf(yaml, index, value) }));
  refuseUneven(yaml, rows);
  const seed = axes.findIndex(({ name }) => name === SEED_NAME);
  const wrong = axes[seed]?.values.find(({ text }) => parseScalar(SEED_WORD, text) === undefined);
  if (wrong !== undefined) throw yaml.refusal(`matrix[${seed}]`, "what is no seed", SEED_WORD.accepts);
  return { parameters: new Map(parameters), rows, axes };
}

/** The values of one name of the matrix. */
function axisOf(yaml: YamlFile, index: number, written: string | readonly string[]): readonly NamedValue[] {
  const path = `matrix[${index}]`;
  if (typeof written !== "string") {
    if (written.length === 0) throw yaml.refusal(path, "a list of nothing", "a value at least");
    // Cases are called by their values: those of two spellings of one value could not be told apart.
    const twice = written.findIndex((text, at) => written.findIndex((each) => isSameValue(each, text)) < at);
    if (twice >= 0) {
      const isSpelledSo = written.indexOf(written[twice] ?? "") < twice;
      const given = isSpelledSo
        ? "a value that stands there twice"
        : "a value that stands there already, written otherwise,";
      throw yaml.refusal(`${path}[${twice}]`, given, "each value once");
    }
    const shapeless = written.findIndex((text) => withoutControls(text) !== text);
    if (shapeless >= 0) {
      throw yaml.refusal(
        `${path}[${shapeless}]`,
        "a value with a control character, by which its case would be called,",
        "a row of cases, which has a name",
      );
    }
    return written.map((text, at) => ({ text, declared: yaml.nodeAt(`${path}[${at}]`) }));
  }
  const values = valuesOfRange(written);
  if (written.includes("..")) yaml.show(path);
  if ("problem" in values) throw yaml.refusal(path, values.problem, values.accepted);
  return values.map((text) => ({ text, declared: yaml.nodeAt(path) }));
}

/** Rows of one table have the same names. */
function refuseUneven(yaml: YamlFile, [first, ...others]: readonly Row[]): void {
  const names = (row: Row) => row.values.map(([name]) => name);
  for (const [index, row] of others.entries()) {
    const missing = names(first as Row).find((name) => !names(row).includes(name));
    const foreign = names(row).findIndex((name) => !names(first as Row).includes(name));
    if (foreign >= 0) {
      throw yaml.refusal(
        `cases[${index + 1}][${foreign}!]`,
        `${names(row)[foreign]}, which the first row does not have,`,
        `the names of the first row: ${names(first as Row).join(", ")}`,
      );
    }
    if (missing !== undefined) {
      throw yaml.refusal(`cases[${index + 1}!]`, `a row without ${missing}`, "the names of the first row");
    }
  }
}

/** A name stands for one thing. */
function refuseTwice(yaml: YamlFile, { parameters, rows, axes }: Declared): void {
  const columns = rows[0]?.values.map(([name]) => name) ?? [];
  for (const [index, { name }] of axes.entries()) {
    const where = parameters.has(name) ? "parameters" : columns.includes(name) ? "cases" : undefined;
    if (where === undefined) continue;
    throw yaml.refusal(`matrix[${index}!]`, `${name}, which stands in ${where}, too,`, "each name once");
  }
  const column = columns.findIndex((name) => parameters.has(name));
  if (column < 0) return;
  throw yaml.refusal(`cases[0][${column}!]`, `${columns[column]}, which stands in parameters, too,`, "each name once");
}
