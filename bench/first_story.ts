/**
 * The first story of this process: prints its CPU time in milliseconds, without that of loading the modules.
 *
 * Argument: the root of a checkout.
 *
 * @module
 */

import type { World } from "../sim/lab/world/world.ts";
import { story } from "./rows/worlds.ts";
import { cpuMilliseconds } from "./sampling.ts";

const [root = ""] = Deno.args;
const { World: Class } = await import(new URL("sim/lab/world/world.ts", root).href) as { World: typeof World };
const begin = cpuMilliseconds();
story(Class);
console.log(cpuMilliseconds() - begin);
