/**
 * Runs histories by their numbers and prints the first violation as JSON, or
 * how many were run: `deno run -A explore.ts FIRST COUNT`.
 *
 * @module
 */

import { historyOf, runHistory } from "./runner.ts";

const [first = 0, count = 1] = Deno.args.map(Number);
let found: unknown;
let histories = 0;
for (let number = first; number < first + count && found === undefined; number++) {
  histories++;
  try {
    const violation = runHistory(historyOf(number));
    if (violation !== undefined) found = { number, ...violation };
  } catch (error) {
    found = { number, what: error instanceof Error ? `${error.message} ${error.stack}` : String(error) };
  }
}
console.log(JSON.stringify({ histories, found }));
