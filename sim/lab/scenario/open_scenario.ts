/**
 * Opens a scenario file: its cases, and all that is wrong with any of them.
 *
 * @module
 */

import { alternatives } from "../../shape/alternatives.ts";
import { allMistakes, filesOf, refuseSecondSeed } from "./all_mistakes.ts";
import { checkFile } from "./check_file.ts";
import { isSameValue } from "./matrix_values.ts";
import { InputError } from "../../kernel/input_error.ts";
import { quoted } from "../../kernel/given.ts";
import { nearestWord } from "../../shape/nearest_word.ts";
import { inOrder, type Mistake, ScenarioError } from "./mistake.ts";
import { SCENARIO, type Scenario, type ScenarioFile } from "./scenario.ts";
import { Scope } from "./scope.ts";
import { type Case, casesOf, hasMatrix, parameterNames, refuseVaryingKeys, seedOf, unusedNames } from "./variables.ts";
import { worldOf } from "./world_of_scenario.ts";
import { YamlFile } from "./yaml_file.ts";

/** Which cases of a file are meant, and with which values. */
export interface CaseChoice {
  /** Parameters with other values than the file's. */
  readonly set?: Readonly<Record<string, string>>;
  /** Only cases of which this is true, by name; all by default. */
  readonly only?: (name: string) => boolean;
  /**
   * Reads a file that the scenario names; without it there are none.
   *
   * @throws {InputError} It cannot be read.
   */
  readonly readFile?: (name: string) => Uint8Array;
  /** What is asked of the file: all of it by default; of a world alone, it needs no step. */
  readonly shape?: typeof SCENARIO;
}

/**
 * The names of a file's cases; of a file that has one alone, an empty text.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} It is not YAML, or what makes its cases is not understood.
 */
export function caseNames(source: string, file: string): readonly string[] {
  const yaml = YamlFile.parse(source, file);
  return namedCases(yaml, {}, SCENARIO).map(({ name }) => name);
}

/**
 * What the names of a case stand for, as text.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @param name Which case; the only one by default.
 * @throws {ScenarioError} It is not YAML, or what makes its cases is not understood.
 */
export function valuesOfCase(
  source: string,
  file: string,
  { name, set = {} }: Pick<CaseChoice, "set"> & { readonly name?: string } = {},
): ReadonlyMap<string, string> {
  const cases = casesOf(YamlFile.parse(source, file), set);
  const found = cases.find((each) => name === undefined || isSameCase(each.name, name));
  return new Map([...found?.values ?? []].map(([each, { text }]) => [each, text]));
}

/** The cases of a file, if their names may be told. */
function namedCases(
  yaml: YamlFile,
  set: Readonly<Record<string, string>>,
  shape: NonNullable<CaseChoice["shape"]>,
): readonly Case[] {
  const cases = casesOf(yaml, set);
  if (!hasMatrix(yaml)) return cases;
  const scope = new Scope(cases[0]?.values);
  try {
    yaml.within(scope).read(shape);
  } catch (error) {
    // What else is wrong is told of each case that is opened.
    if (!(error instanceof ScenarioError)) throw error;
  }
  refuseVaryingKeys(yaml, scope.keys);
  return cases;
}

/**
 * Opens the cases of a file.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} It is not YAML, or says something that is not known: all mistakes of all cases, each once.
 * @throws {InputError} A parameter is set that the file does not have.
 */
export function openCases(source: string, file: string, choice: CaseChoice = {}): readonly ScenarioFile[] {
  return openedCases(YamlFile.parse(source, file), choice);
}

/**
 * Reads a scenario file's text and builds the world of each case, and runs nothing.
 *
 * @throws {ScenarioError} One of them could not be run: all mistakes of all cases, each once.
 * @throws {InputError} A parameter is set that the file does not have.
 */
export function checkScenario(source: string, file: string, choice: CaseChoice = {}): readonly ScenarioFile[] {
  return openedCases(YamlFile.parse(source, file), choice, (opened) => checkFile(opened, worldOf(opened, {})));
}

function openedCases(
  yaml: YamlFile,
  choice: CaseChoice,
  look: (opened: ScenarioFile) => void = () => {},
): readonly ScenarioFile[] {
  const { set = {}, only, shape = SCENARIO, readFile } = choice;
  const mistakes: Mistake[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      mistakes.push(...error.mistakes);
      return undefined;
    }
  };
  const all = attempt(() => namedCases(yaml, set, shape));
  if (all === undefined) mistakes.push(...mistakesOf(yaml.within(new Scope(new Map(), true)), choice));
  else refuseUnknownParameters(set, parameterNames(yaml));
  const chosen = all?.filter(({ name }) => only?.(name) ?? true) ?? [];
  const byCase: (readonly Mistake[])[] = [];
  const opened = chosen.flatMap((each) => {
    const within = yaml.within(new Scope(each.values));
    try {
      const opened = openCase(within, each, choice);
      look(opened);
      byCase.push([]);
      return [opened];
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      byCase.push(allMistakes(within, { readFile, seedSource: seedSource(each, yaml) }));
      return [];
    }
  });
  if (all !== undefined) mistakes.push(...unusedNames(yaml, all).flatMap((error) => error.mistakes));
  throwAll(mistakes, byCase);
  return opened;
}

/** What is wrong with a file whose cases could not be read. */
function mistakesOf(yaml: YamlFile, { shape = SCENARIO, readFile }: CaseChoice): readonly Mistake[] {
  try {
    yaml.read(shape);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
  }
  return allMistakes(yaml, { readFile });
}

function openCase(within: YamlFile, each: Case, { readFile, shape = SCENARIO }: CaseChoice): ScenarioFile {
  const scenario: Scenario = within.read(shape);
  const seed = seedOf(each);
  refuseSecondSeed(within, scenario, seedSource(each, within));
  return {
    case: each.name,
    scenario: seed === undefined ? scenario : { ...scenario, seed },
    yaml: within,
    keys: within.keys,
    files: filesOf(scenario, within, readFile),
  };
}

/** What brings the seed of a case; `undefined` if nothing does. */
function seedSource(each: Case, yaml: YamlFile): string | undefined {
  const { name } = each;
  if (seedOf(each) === undefined) return undefined;
  if (/(^|,)seed=/.test(name)) return "the seeds of the matrix";
  return parameterNames(yaml).includes("seed") ? "the parameter seed" : "the seeds of the cases";
}

function refuseUnknownParameters(set: Readonly<Record<string, string>>, known: readonly string[]): void {
  for (const name of Object.keys(set)) {
    if (known.includes(name)) continue;
    const nearest = nearestWord(name, known);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    throw new InputError(
      `there is no parameter ${quoted(name)} to set${hint} (${alternatives(known) || "the file has none"})`,
    );
  }
}

/**
 * Throws mistakes in the order of the file; what several cases have at one place is told once, in the words of the first.
 *
 * @param mistakes Those of the whole file.
 * @param byCase Those of each case.
 */
function throwAll(mistakes: readonly Mistake[], byCase: readonly (readonly Mistake[])[]): void {
  const told = new Map<string, { readonly mistake: Mistake; count: number }>();
  for (const each of [mistakes, ...byCase]) {
    const here = new Map<string, Set<string>>();
    for (const mistake of each) {
      const { line, column, field, accepted } = mistake;
      const place = `${line}:${column} ${field}`;
      const others = here.get(place) ?? new Set();
      if (others.has(accepted)) continue;
      const key = `${place} ${others.size}`;
      here.set(place, others.add(accepted));
      const known = told.get(key);
      if (known === undefined) told.set(key, { mistake, count: each === mistakes ? byCase.length : 1 });
      else known.count++;
    }
  }
  const [first, ...others] = inOrder([...told.values()].map(({ mistake, count }) => {
    const where = count < byCase.length ? ` (in ${count} of ${byCase.length} cases)` : "";
    return { ...mistake, accepted: mistake.accepted + where };
  }));
  if (first !== undefined) throw new ScenarioError(first, ...others);
}

/**
 * Opens one case of a file.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @param name Which case; the only one by default.
 * @throws {ScenarioError} As {@linkcode openCases} does.
 * @throws {InputError} There is no such case, or there are several and none is named.
 */
export function openScenario(
  source: string,
  file: string,
  { name, ...choice }: Omit<CaseChoice, "only"> & { readonly name?: string } = {},
): ScenarioFile {
  const opened = openCases(source, file, {
    ...choice,
    ...(name === undefined ? {} : { only: (each: string) => isSameCase(each, name) }),
  });
  const [first] = opened;
  if (first !== undefined && opened.length === 1) return first;
  const names = caseNames(source, file);
  throw new InputError(
    name === undefined
      ? `${quoted(file)} has ${names.length} cases; expected the name of one: ${fewOf(names)}`
      : `${quoted(file)} has no case ${quoted(name)}; ${meant(name, names)}expected one of ${fewOf(names)}`,
  );
}

/**
 * Opens the one case of a scenario file that is there as plain values: what {@linkcode openScenario} makes of its text,
 * without parsing one. Places in errors and reports are paths, since there are no lines.
 *
 * @param values What a parser of YAML makes of the file.
 * @param name What errors call it.
 * @param choice How files that it names are read; without that there are none.
 * @throws {ScenarioError} It says something that is not known.
 * @throws {InputError} It has several cases, or none.
 */
export function openValues(
  values: unknown,
  name: string,
  choice: Pick<CaseChoice, "readFile"> = {},
): ScenarioFile {
  const [first, ...others] = openedCases(YamlFile.ofValues(values, name, new Scope()), choice);
  if (first !== undefined && others.length === 0) return first;
  throw new InputError(`${quoted(name)} has ${others.length + (first === undefined ? 0 : 1)} cases; expected one`);
}

/** Whether two names of cases are the same: `cut=5ms` and `cut=5000us` are. */
export function isSameCase(one: string, other: string): boolean {
  const [parts, others] = [one, other].map((name) => name.split(","));
  return parts !== undefined && parts.length === others?.length &&
    parts.every((part, index) => isSamePart(part, others[index] ?? ""));
}

/** Whether two parts of the names of cases are the same: rows of `cases`, or values with the names that they have. */
export function isSamePart(one: string, other: string): boolean {
  const [a, b] = [one, other].map((part) => part.indexOf("="));
  if (a === undefined || b === undefined || a < 0 || b < 0) return one === other;
  return one.slice(0, a) === other.slice(0, b) && isSameValue(one.slice(a + 1), other.slice(b + 1));
}

function meant(name: string, names: readonly string[]): string {
  const nearest = nearestWord(name, names);
  return nearest === undefined ? "" : `did you mean ${nearest}? `;
}

const MOST_NAMED = 5;

/** Names of cases for a message: the first ones of many. */
export function fewOf(names: readonly string[]): string {
  return names.length <= MOST_NAMED
    ? alternatives(names)
    : `${names.slice(0, MOST_NAMED).join(", ")}, … (${names.length})`;
}

/**
 * Reads a scenario file that has one case.
 *
 * @param source Its YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} It is not YAML, or says something that is not known: file, line, given and accepted are named.
 */
export function readScenario(source: string, file: string): Scenario {
  return openScenario(source, file).scenario;
}
