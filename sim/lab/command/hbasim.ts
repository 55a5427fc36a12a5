#!/usr/bin/env node
/**
 * The program `hbasim`: the command with the arguments of this process.
 *
 * @module
 */

import process from "node:process";
import { main } from "./cli.ts";

/** What a POSIX system keeps of an exit code; here everywhere, so that scripts see the same. */
const EXIT_CODE_BITS = 0xff;

process.exitCode = (await main(process.argv.slice(2))) & EXIT_CODE_BITS;
