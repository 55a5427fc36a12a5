/**
 * `parseArgs` of `@std/cli`, as far as this project uses it, with the same
 * signature, over `node:util`: a stand-in for machines that cannot reach
 * jsr.io. Removing `links` from the root `deno.json` gives the real package.
 *
 * @module
 */

import { parseArgs as parseNodeArgs } from "node:util";

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions {
  /** Names of flags that take no value. */
  boolean?: readonly string[];
  /** Names of flags that take a value. */
  string?: readonly string[];
  /** Names of flags that may be given more than once. */
  collect?: readonly string[];
  /** Letters that stand for flags behind one dash, by the flags' names. */
  alias?: Readonly<Record<string, string>>;
  /** Stop at the first argument that is no flag; all behind it are positional. */
  stopEarly?: boolean;
  /** Called for a flag that is not named above; returning `false` drops it. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What {@linkcode parseArgs} returns: flags by name, everything else under `_`. */
export interface Args {
  /** Arguments that are no flags. */
  _: (string | number)[];
  /** Flags by name. */
  // deno-lint-ignore no-explicit-any
  [name: string]: any;
}

/**
 * Parses command line arguments.
 *
 * @param args The arguments.
 * @param options Which flags there are.
 */
export function parseArgs(
  args: readonly string[],
  options: ParseOptions = {},
): Args {
  const boolean = options.boolean ?? [];
  const collect = options.collect ?? [];
  const flags: Record<
    string,
    { type: "boolean" | "string"; multiple?: boolean; short?: string }
  > = {};
  for (const name of boolean) flags[name] = { type: "boolean" };
  for (const name of options.string ?? []) {
    flags[name] = collect.includes(name) ? { type: "string", multiple: true } : { type: "string" };
  }
  for (const [name, short] of Object.entries(options.alias ?? {})) {
    flags[name] = { type: "string", ...flags[name], short };
  }
  const { tokens } = parseNodeArgs({
    args: [...args],
    options: flags,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const result: Args = { _: [] };
  for (const name of boolean) result[name] = false;
  for (const name of collect) result[name] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (options.stopEarly === true) {
        result._.push(...args.slice(token.index));
        break;
      }
      result._.push(token.value);
    }
    if (token.kind !== "option") continue;
    if (
      !(token.name in flags) &&
      options.unknown?.(token.rawName, token.name, token.value) === false
    ) continue;
    const value = boolean.includes(token.name) ? true : token.value ?? "";
    if (collect.includes(token.name)) result[token.name].push(value);
    else result[token.name] = value;
  }
  return result;
}
