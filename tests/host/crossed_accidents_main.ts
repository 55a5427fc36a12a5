/**
 * Runs all crossed accidents of a storage and prints what came of it as JSON:
 * `deno run -A crossed_accidents_main.ts STORAGE`.
 *
 * @module
 */

import { runCrossedAccidents } from "./crossed_accidents.ts";
import type { TestStorage } from "./adapter_model.ts";

console.log(JSON.stringify(runCrossedAccidents((Deno.args[0] ?? "nvram") as TestStorage)));
