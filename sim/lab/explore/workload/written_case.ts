/**
 * A case of a scenario file as a story of its own: what `$name` stands for is
 * written out, and what made the cases is gone.
 *
 * @module
 */

import { parseDocument, Scalar, visit } from "yaml";
import { InputError } from "../../../kernel/input_error.ts";
import { valuesOfCase } from "../../scenario/open_scenario.ts";
import type { ScenarioSource } from "../tape/subject.ts";
import type { WrittenScenario } from "./story.ts";

/** What makes the cases of a file. */
const CASES: readonly string[] = ["parameters", "matrix", "cases"];
/** Fields of a file in which `$` is a letter as others are. */
const PROSE: readonly string[] = ["name", "description"];

/**
 * Writes a case out. Run, it is the run of the case.
 *
 * @throws {InputError} What makes the cases is not understood, or the file has no steps.
 */
export function writtenCase({ source, file, case: name, set, seed }: ScenarioSource): WrittenScenario {
  const values = valuesOfCase(source, file, {
    ...(name === undefined ? {} : { name }),
    ...(set === undefined ? {} : { set }),
  });
  const document = parseDocument(source, { prettyErrors: false });
  visit(document, {
    Pair: (_, { key }, path) => path.length === 2 && isOneOf(PROSE, key) ? visit.SKIP : undefined,
    Scalar(key, node) {
      if (key !== "key") node.value = valueOf(node, values);
    },
  });
  const { steps, ...fields }: Readonly<Record<string, unknown>> = Object(document.toJS());
  if (!Array.isArray(steps)) throw new InputError(`${file}: no list of steps`);
  const own = Object.entries(fields).filter(([field]) => !CASES.includes(field));
  const seedOfCase = seed ?? values.get("seed");
  return { ...Object.fromEntries(own), ...(seedOfCase === undefined ? {} : { seed: seedOfCase }), steps };
}

function isOneOf(names: readonly string[], key: unknown): boolean {
  return key instanceof Scalar && names.includes(String(key.value));
}

/** What a scalar says: its text, or that for which it stands; numbers and truths as such, if their text is the usual one. */
function valueOf({ value, source }: Scalar, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === "number" || typeof value === "boolean") return source === undefined ? value : plain(source);
  const named = typeof value === "string" && value.startsWith("$") ? values.get(value.slice(1)) : undefined;
  if (named === undefined) return value;
  // What a name stands for names nothing itself.
  return named.startsWith("$") ? `$${named}` : plain(named);
}

function plain(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return String(Number(text)) === text ? Number(text) : text;
}
