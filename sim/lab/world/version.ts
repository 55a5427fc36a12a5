/**
 * The version of the package, for `hbasim --version` and in bundles.
 *
 * @module
 */

/** The version, as `deno.json` says it: a test compares them. */
export const VERSION = "0.1.0";
