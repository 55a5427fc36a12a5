/**
 * Scenarios of programs: the words of scenario files as typed values, read by
 * the same shapes.
 *
 * @module
 */

import { WorldOptionsError } from "../world/world_options_error.ts";
import type { ScenarioReport } from "./report.ts";
import { runOpened, type RunOptions, runOptions } from "./runner.ts";
import { type ScenarioFile, STORY } from "./scenario.ts";
import type { Story } from "./story_types.ts";
import { YamlFile } from "./yaml_file.ts";

/** How a scenario of a program is run; what chooses a case of a file means nothing here. */
export type StoryRunOptions = Omit<RunOptions, "file" | "case" | "set">;

/** A scenario of a program, read. */
export interface BuiltScenario {
  /**
   * Runs it, in a world of its own.
   *
   * @throws {ScenarioError} Its parts contradict one another; the places are paths, as `steps[2].login.target`.
   * @throws {WorldOptionsError} An option is unknown, of another type, or for files only.
   */
  run(options?: StoryRunOptions): ScenarioReport;
}

/**
 * A scenario with the words of a scenario file, as values: what would be a parameter, a matrix or a table there is
 * TypeScript here, and a step may be a `program`.
 *
 * Wrong words do not compile, nor do names of adapters and targets that the story does not have. What comes past the
 * compiler is refused as in a file, with a path in place of a line.
 *
 * @typeParam A The names of its adapters.
 * @typeParam T The names of its targets.
 * @throws {ScenarioError} Something is not known, missing or of another kind: all mistakes, each with its path.
 *
 * @example A matrix is a loop
 * ```ts
 * import { renderVerdicts, scenario } from "@hba/sim/scenario";
 *
 * for (const cut of [0, 250, 500]) {
 *   const report = scenario({
 *     name: `power goes after ${cut} us`,
 *     adapters: { hba0: { storage: "nvram", ports: ["192.0.2.10"] } },
 *     steps: [{
 *       setKey: { adapter: "hba0", id: "192.0.2.10", key: "a key", flags: ["ike", "main"] },
 *       faults: [{ powerCycle: { adapter: "hba0", after: `${cut}us` } }],
 *       expect: "old or new",
 *     }],
 *   }).run();
 *   if (!report.holds) throw new Error([...renderVerdicts(report)].join("\n"));
 * }
 * ```
 */
export function scenario<const A extends string, const T extends string = never>(
  story:
    & Pick<Story<A, T>, "adapters" | "targets">
    & Omit<Story<NoInfer<A>, NoInfer<T>>, "adapters" | "targets">,
): BuiltScenario {
  const yaml = YamlFile.ofValues(story, "scenario");
  const opened: ScenarioFile = { case: "", scenario: yaml.read(STORY), yaml, keys: new Set(), files: {} };
  return {
    run(options = {}) {
      const read = readOptions(options);
      return runOpened({ ...opened, files: read.files ?? {} }, read);
    },
  };
}

function readOptions(options: StoryRunOptions): RunOptions {
  const foreign = ["file", "case", "set"].find((name) => name in options);
  if (foreign !== undefined) {
    throw new WorldOptionsError(foreign, "an option of files", "none for a story of a program");
  }
  return runOptions(options, "");
}
