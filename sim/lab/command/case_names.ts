/**
 * What cases of scenario files are called on the command line, and values for
 * their parameters. Nothing that reads a scenario: whoever only passes names on
 * need not wait for that.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";

/** What a command is given: a file, or one case of it. */
export interface CaseOperand {
  readonly file: string;
  /** The case; all of the file if `undefined`. */
  readonly name: string | undefined;
}

/** The option `--set`. */
export const SET_OPTION = {
  value: "NAME=VALUE",
  about: "another value for a parameter of the file; may stand more than once",
  repeats: true,
} as const;

/** Reads `replace.yaml[cut=5100us]`: a file and one of its cases. */
export function caseOperand(operand: string): CaseOperand {
  const [, file, name] = /^(.+\.ya?ml|-)\[(.*)\]$/s.exec(operand) ?? [];
  return file === undefined ? { file: operand, name: undefined } : { file, name };
}

/** What a case is called: its file, and what varies. */
export function caseId(file: string, name: string): string {
  return name === "" ? file : `${file}[${name}]`;
}

/**
 * What was given for {@linkcode SET_OPTION}.
 *
 * @throws {InputError} It is no name and value, or names one twice.
 */
export function parametersOf(given: readonly string[] = []): Readonly<Record<string, string>> {
  const set: Record<string, string> = {};
  for (const each of given) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(each) ?? [];
    if (name === undefined || value === undefined) throw new InputError("--set takes NAME=VALUE");
    if (Object.hasOwn(set, name)) throw new InputError(`--set ${quoted(name)} is given twice; expected each name once`);
    set[name] = value;
  }
  return set;
}
