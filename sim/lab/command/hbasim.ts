#!/usr/bin/env node
/**
 * The program `hbasim`: the command with the arguments of this process.
 *
 * @module
 */

import process from "node:process";
import { main } from "./cli.ts";

process.exitCode = await main(process.argv.slice(2));
