/**
 * Reads command lines: one way for all commands.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import type { AnyGiven, Command, Option } from "./command.ts";
import { STANDARD_STREAM } from "./input_files.ts";
import { nearestWord } from "../../shape/nearest_word.ts";

/** A command line, read. */
export interface CommandLine {
  readonly given: AnyGiven;
  readonly operands: readonly string[];
  /** Help was asked for in place of all else. */
  readonly wantsHelp: boolean;
}

/**
 * Reads what stands behind a command's name.
 *
 * @throws {InputError} An option is unknown, stands twice, lacks its value, has one and takes none, or would do nothing; an operand is
 * empty.
 */
export function parseCommandLine(name: string, command: Command, args: readonly string[]): CommandLine {
  const all = Object.entries(command.options);
  const withValue = all.filter(([, { value }]) => value !== undefined).map(([option]) => option);
  const flags = parseArgs(withAttachedStream(args, withValue), {
    boolean: [...all.filter(([, { value }]) => value === undefined).map(([option]) => option), "help"],
    string: withValue,
    collect: withValue,
    alias: Object.fromEntries(all.flatMap(([option, { letter }]) => letter === undefined ? [] : [[option, letter]])),
    stopEarly: command.stopsAtOperand === true,
    unknown: (arg, key) => {
      if (key === undefined) return;
      const nearest = nearestWord(key, Object.keys(command.options));
      const hint = nearest === undefined ? "" : `; did you mean --${nearest}?`;
      throw new InputError(`${name} has no option ${quoted(arg)}${hint} (hbasim help ${name})`);
    },
  });
  const own = ownArguments(command, args, flags._.length);
  refuseSwitchValues(name, command, own);
  const given: Record<string, string | true | readonly string[]> = {};
  for (const [option, { value, repeats }] of all) {
    if (value === undefined) {
      if (flags[option] === true) given[option] = true;
      continue;
    }
    const values: readonly string[] = flags[option];
    if (values.includes("")) throw new InputError(`--${option} needs its value: --${option} ${value}`);
    if (repeats === true) {
      if (values.length > 0) given[option] = values;
      continue;
    }
    if (values.length > 1) throw new InputError(`--${option} is given ${values.length} times; expected once`);
    if (values[0] !== undefined) given[option] = values[0];
  }
  const operands = flags._.map(String);
  // What belongs to an operand is the operand's own business; elsewhere an empty one names nothing: `$FILE` unset.
  if (command.stopsAtOperand !== true && operands.includes("")) {
    throw new InputError(
      `${name}: operand ${operands.indexOf("") + 1} is empty; expected a name (hbasim help ${name})`,
    );
  }
  const wantsHelp = flags.help === true;
  if (!wantsHelp) {
    refuseRepeatedSwitches(command, own);
    refuseIdle(all, given);
  }
  return { given, operands, wantsHelp };
}

/** Refuses options that would do nothing beside others, or without them. */
function refuseIdle(all: readonly (readonly [string, Option])[], given: AnyGiven): void {
  const isGiven = (option: string) => given[option] !== undefined;
  for (const [option, { needs = [], without = [] }] of all.filter(([option]) => isGiven(option))) {
    const other = without.find(isGiven);
    if (other !== undefined) {
      throw new InputError(`--${option} does not go with --${other}: expected one of the two`);
    }
    if (needs.length > 0 && !needs.some(isGiven)) {
      throw new InputError(`--${option} goes with --${needs.join(", or --")}`);
    }
  }
}

/** A switch that says `=false` would be set all the same: none has a value. */
function refuseSwitchValues(name: string, command: Command, args: readonly string[]): void {
  for (const arg of args) {
    const [, option = ""] = /^--([^=]+)=/s.exec(arg) ?? [];
    if (option !== "help" && !isSwitch(command, option)) continue;
    throw new InputError(
      `${name}: ${quoted(arg)}: --${option} takes no value; expected --${option}, or nothing (hbasim help ${name})`,
    );
  }
}

/** A switch that stands twice says nothing new. */
function refuseRepeatedSwitches(command: Command, args: readonly string[]): void {
  for (const option of Object.keys(command.options).filter((option) => isSwitch(command, option))) {
    const times = args.filter((arg) => arg === `--${option}`).length;
    if (times > 1) throw new InputError(`--${option} is given ${times} times; expected once`);
  }
}

function isSwitch({ options }: Command, option: string): boolean {
  return Object.hasOwn(options, option) && options[option]?.value === undefined;
}

/** Arguments that are the command's own: not those of an operand that has some, nor what stands behind `--`. */
function ownArguments(command: Command, args: readonly string[], operands: number): readonly string[] {
  const end = args.indexOf("--");
  const before = command.stopsAtOperand === true ? args.slice(0, args.length - operands) : args;
  return end < 0 ? before : before.slice(0, end);
}

/** `--image -`: the dash is the option's value, not an option without a name. */
function withAttachedStream(args: readonly string[], withValue: readonly string[]): string[] {
  const attached: string[] = [];
  for (const arg of args) {
    const before = attached.at(-1);
    if (arg === STANDARD_STREAM && before !== undefined && withValue.includes(before.slice(2))) {
      attached[attached.length - 1] = `${before}=${arg}`;
    } else attached.push(arg);
  }
  return attached;
}
