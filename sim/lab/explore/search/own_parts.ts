/**
 * What users bring to a campaign, looked at where it comes in: a mistake in it
 * is theirs to mend, and no finding about the product.
 *
 * @module
 */

import { given } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { readWorldOptions } from "../../world/read_world_options.ts";
import type { WorldOptions } from "../../world/world_options.ts";

/** What of the options of a trial is the user's own, as it comes in. */
interface GivenParts {
  readonly world?: unknown;
  readonly invariants?: unknown;
  readonly probes?: unknown;
}

type OwnFunction = (options: WorldOptions) => WorldOptions;

/**
 * Refuses parts that are none: whoever gives them need not have had a type checker.
 *
 * @throws {InputError} One is not what is accepted.
 */
export function refuseOtherParts({ world, invariants, probes }: GivenParts): void {
  if (world !== undefined && typeof world !== "function") {
    throw new InputError(
      `world: ${given(world)}, expected a function that takes the options of a world and returns them`,
    );
  }
  refuseOtherFunctions("invariants", invariants);
  refuseOtherFunctions("probes", probes);
}

function refuseOtherFunctions(name: string, parts: unknown): void {
  if (parts === undefined) return;
  if (typeof parts !== "object" || parts === null || Array.isArray(parts)) {
    throw new InputError(`${name}: ${given(parts)}, expected an object of functions of the world, by names`);
  }
  for (const [each, value] of Object.entries(parts)) {
    if (typeof value !== "function") {
      throw new InputError(`${name}[${given(each)}]: ${given(value)}, expected a function of the world`);
    }
  }
}

/** The user's `world` has not given a world. */
export class OwnWorldError extends InputError {
  override name = "OwnWorldError";
}

/**
 * The options of a world as the user's function gives them.
 *
 * @throws {OwnWorldError} It throws, or what it gives is no world.
 */
export function ownWorld(world: OwnFunction, options: WorldOptions): WorldOptions {
  const own = called(world, options);
  if (typeof own !== "object" || own === null) {
    throw new OwnWorldError(`world: the function returned ${given(own)}, expected the options of a world`);
  }
  try {
    readWorldOptions(own);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new OwnWorldError(`world: what the function returned is no world: ${error.message}`);
  }
  return own;
}

function called(world: OwnFunction, options: WorldOptions): WorldOptions | null | undefined {
  try {
    return world(options);
  } catch (error) {
    throw new OwnWorldError(`world: the function threw ${error instanceof Error ? `${error}` : given(error)}`);
  }
}
