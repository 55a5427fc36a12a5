/**
 * What functions of the user's own answer, in words where it is not what they
 * are asked for: they need not have seen a type checker.
 *
 * @module
 */

import type { World } from "../../world/world.ts";

import { given } from "../../../kernel/given.ts";

/** What is wrong if such a function throws. */
export function tellThrown(error: unknown): string {
  return `it threw ${error instanceof Error ? error.message : String(error)}`;
}

/** What is wrong if it returns something else than it must; nobody waits for a promise. */
export function tellOther(answer: unknown, accepted: string): string {
  const isPromise = typeof answer === "object" && answer !== null && "then" in answer;
  return `it returned ${isPromise ? "a promise" : given(answer)}, expected ${accepted}`;
}

/** What is wrong, if an invariant is broken; one that throws is. */
export function resultOf(holds: (world: World) => true | string, world: World): string | undefined {
  try {
    const result: unknown = holds(world);
    if (result === true) return undefined;
    return typeof result === "string" ? result : tellOther(result, "true or what is wrong");
  } catch (error) {
    return tellThrown(error);
  }
}
