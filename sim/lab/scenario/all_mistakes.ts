/**
 * All mistakes of a file, whatever stage finds them: where one has refused
 * something, the next ones go on with what is left.
 *
 * @module
 */

import type { Node } from "yaml";
import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { inOrder, type Mistake, ScenarioError } from "./mistake.ts";
import { moduleFiles } from "./module_files.ts";
import type { Scenario, ScenarioFile } from "./scenario.ts";
import { checkFile } from "./check_file.ts";
import { worldOf } from "./world_of_scenario.ts";
import type { YamlFile } from "./yaml_file.ts";

/** What a file is looked at with. */
export interface Looking {
  /** Reads a file that the scenario names; those that cannot be read are mistakes. */
  readonly readFile?: ((name: string) => Uint8Array) | undefined;
  /** Where the seed stands that a case brings, which a file must not have besides; `undefined` if it brings none. */
  readonly seedSource?: string | undefined;
}

/**
 * Does what finds one mistake of a case after the other.
 *
 * @throws {ScenarioError} It has found one: all mistakes of the case are told, in the order of the file.
 */
export function toldWhole<T>({ yaml, files }: ScenarioFile, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const readFile = (name: string) => files[name] ?? unread(name);
    const [first = error.first, ...others] = allMistakes(yaml, { readFile });
    throw new ScenarioError(first, ...others);
  }
}

function unread(name: string): never {
  throw new InputError(`there is no ${quoted(name)} among the files of the run`);
}

/** Refuses a seed besides that which a case brings. */
export function refuseSecondSeed(yaml: YamlFile, { seed }: Scenario, source: string | undefined): void {
  if (source === undefined || seed === undefined) return;
  throw yaml.refusal("seed", `a seed besides ${source}`, "one of the two");
}

/** All that is wrong with a case of a file that was read before, in the order of the file. */
export function allMistakes(yaml: YamlFile, looking: Looking): readonly Mistake[] {
  const refused = new Set<Node>();
  const found: Mistake[] = [];
  for (let isFirst = true;; isFirst = false) {
    const { file, value: scenario, mistakes, dangling } = yaml.salvaged<Scenario>(refused);
    if (isFirst) found.push(...mistakes);
    if (scenario === undefined) break;
    const fresh = isFirst ? dangling : refusedIn(file, scenario, looking, found);
    if (!isFirst && fresh.every((node) => refused.has(node))) break;
    for (const node of fresh) refused.add(node);
  }
  return inOrder(found);
}

/** Takes what is left of a file through the later stages, and says what the first of them has refused. */
function refusedIn(yaml: YamlFile, scenario: Scenario, looking: Looking, found: Mistake[]): readonly Node[] {
  const nodesOf = ({ mistakes }: ScenarioError) => {
    found.push(...mistakes);
    return mistakes.flatMap((mistake) => yaml.nodeOf(mistake) ?? []);
  };
  try {
    refuseSecondSeed(yaml, scenario, looking.seedSource);
    const files = filesOf(scenario, yaml, looking.readFile);
    const opened = { case: "", scenario, yaml, keys: new Set<string>(), files };
    const world = worldOf(opened, {});
    try {
      checkFile(opened, world);
    } catch (error) {
      // It is the last stage, and tells all that it finds.
      if (!(error instanceof ScenarioError)) throw error;
      found.push(...error.mistakes);
    }
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return nodesOf(error);
  }
}

/**
 * The files that a case names.
 *
 * @throws {ScenarioError} One cannot be read.
 */
export function filesOf(
  { adapters }: Scenario,
  yaml: YamlFile,
  readFile: Looking["readFile"],
): ScenarioFile["files"] {
  const files: Record<string, Uint8Array> = {};
  if (readFile === undefined) return files;
  for (const { name, path } of adapters.flatMap(moduleFiles)) {
    try {
      files[name] ??= readFile(name);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw yaml.refusal(path, error.message, "a file that can be read");
    }
  }
  return files;
}
