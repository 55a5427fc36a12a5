/**
 * `--profile` of a run: where the cycles of its modules have gone.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";
import type { CycleProfile } from "../foreign/cycle_profile.ts";
import { ForeignProgram } from "../foreign/foreign_program.ts";
import type { WorldOptions } from "../world/world_options.ts";

/** How many functions are printed. */
const SHOWN = 12;

/**
 * Options of a world whose modules tell a profile what they take.
 *
 * @throws {InputError} None of its adapters has a module.
 */
export function profiled(options: WorldOptions, profile: CycleProfile): WorldOptions {
  const programs = options.adapters.flatMap(({ store, firmware }) => [store?.module, firmware?.module])
    .filter((module) => module instanceof ForeignProgram);
  if (programs.length === 0) throw new InputError("--profile tells of modules: expected an adapter that has one");
  for (const program of programs) program.profile = profile;
  return options;
}

/** The functions that have taken most, for people. */
export function* profileLines(profile: CycleProfile): Generator<string> {
  const { functions } = profile;
  const all = functions.reduce((sum, { cycles }) => sum + cycles, 0);
  yield `${all} cycles of modules, by function without what it calls:`;
  for (const { name, cycles } of functions.slice(0, SHOWN)) {
    yield `${String(cycles).padStart(12)}  ${(100 * cycles / all).toFixed(1).padStart(5)} %  ${name}`;
  }
}

/** The file: folded stacks, or JSON for speedscope. */
export function profileBytes(profile: CycleProfile, scenario: string, file: string): Uint8Array {
  return new TextEncoder().encode(file.endsWith(".json") ? profile.speedscope(scenario) : profile.folded());
}
