/**
 * Runs histories by their numbers and prints the first violation as JSON, or
 * how many were run: `deno run -A explore.ts FIRST COUNT`.
 *
 * @module
 */

import { historyOf, runHistory } from "./runner.ts";

function explore(first: number, count: number): unknown {
  for (let number = first; number < first + count; number++) {
    const found = check(number);
    if (found !== undefined) return { histories: number - first + 1, found: { number, ...found } };
  }
  return { histories: count };
}

/** An exception is a violation, too: a call that does not end, or a host that breaks. */
function check(number: number): object | undefined {
  try {
    return runHistory(historyOf(number));
  } catch (error) {
    return { what: error instanceof Error ? `${error.message} ${error.stack}` : String(error) };
  }
}

const [first = 0, count = 1] = Deno.args.map(Number);
console.log(JSON.stringify(explore(first, count)));
