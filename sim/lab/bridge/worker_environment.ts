/**
 * What workers know of the environment.
 *
 * @module
 */

/**
 * No worker needs a variable of it. Without this one gets a copy of all, for which Deno asks the user at a terminal, and
 * fails elsewhere.
 */
export const NO_ENVIRONMENT: Readonly<Record<string, string>> = {};
