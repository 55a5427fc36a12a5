/**
 * What is wrong with a text: what `hbasim check` says of it.
 *
 * @module
 */

import { InputError } from "../../../../kernel/input_error.ts";
import { mistakeText, ScenarioError } from "../../../scenario/mistake.ts";
import { checkScenario } from "../../../scenario/open_scenario.ts";
import { readFrom } from "../../../scenario/runner.ts";
import type { ScenarioFile } from "../../../scenario/scenario.ts";
import type { Checked, Problem, Written } from "./requests.ts";

/** Reads a text and builds its worlds. */
export function checked({ file, source, files }: Written): Checked {
  try {
    const opened = checkScenario(source, file, { readFile: readFrom(files) });
    return { problems: [], cases: opened.map((each) => each.case), stores: opened.map(storesOf) };
  } catch (error) {
    return { problems: problemsOf(error), cases: [], stores: [] };
  }
}

function storesOf({ scenario: { adapters } }: ScenarioFile): Readonly<Record<string, string>> {
  return Object.fromEntries(
    adapters.flatMap(({ name, store }) => store === undefined ? [] : [[name, store.module]]),
  );
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ScenarioError) {
    return error.mistakes.map((mistake) => ({
      line: mistake.line,
      column: mistake.column ?? 1,
      text: mistakeText(mistake),
      ...(mistake.meant === undefined ? {} : { meant: mistake.meant }),
    }));
  }
  if (error instanceof InputError) return [{ line: 0, column: 1, text: error.message }];
  throw error;
}
