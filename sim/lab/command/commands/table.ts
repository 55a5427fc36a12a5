/**
 * All commands by their names.
 *
 * @module
 */

import type { Command } from "../command.ts";
import { bridge } from "./bridge.ts";
import { check } from "./check.ts";
import { cuts } from "./cuts.ts";
import { decode } from "./decode.ts";
import { diff } from "./diff.ts";
import { explain } from "./explain.ts";
import { iscsicli } from "./iscsicli.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { test } from "./test.ts";
import { trace } from "./trace.ts";

/** The commands, in the order in which help lists them. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  run,
  test,
  check,
  trace,
  explain,
  diff,
  decode,
  bridge,
  iscsicli,
  cuts,
  schema,
};
