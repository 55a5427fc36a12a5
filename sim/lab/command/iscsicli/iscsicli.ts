/**
 * The command `iscsicli` against a world: verbs, positional arguments and
 * output as the real one has them (help text of builds 14393 to 19041).
 *
 * @module
 */

import { hexStatus } from "../../../../firmware/manual/isdsc_status.ts";
import { describeStatus } from "../../../../host/status.ts";
import { alternatives } from "../../../shape/alternatives.ts";
import type { World } from "../../world/world.ts";
import { helpOf, nearestVerb, overview, usageLines } from "./help.ts";
import { messageText } from "./message_text.ts";
import { IscsicliError, type Outcome } from "./verb.ts";
import { VERB_NAMES, verbNamed, VERBS } from "./verbs.ts";

export { IscsicliError } from "./verb.ts";

/** What a command printed and returned. */
export interface IscsicliResult {
  /** What it prints, as the real command does. */
  readonly lines: readonly string[];
  /** The status, which is the exit code: 0, an ISDSC status or a Win32 error. */
  readonly status: number;
  /** What the verb has found as the API gives it, where it lists something. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** What the real command leaves unsaid: the status by number and name, or that nothing was done. */
  readonly note?: string;
}

/** A command that was understood: what it says without a world, or what it does in one. */
export type IscsicliCommand =
  | { readonly type: "told"; readonly result: IscsicliResult }
  | { readonly type: "call"; readonly run: (world: World) => IscsicliResult };

/** What the real command prints first. The build is one whose help text is published. */
export const BANNER: readonly string[] = ["Microsoft iSCSI Initiator Version 10.0 Build 17763", ""];

/**
 * Carries a command out.
 *
 * @param world A world with power.
 * @param args The verb and its arguments.
 * @returns All that the real command prints, banner and message text of the status included.
 * @throws {IscsicliError} The verb or an argument is not understood; nothing was done.
 */
export function iscsicli(world: World, args: readonly string[]): IscsicliResult {
  const command = readIscsicli(args);
  const result = command.type === "told" ? command.result : command.run(world);
  return { ...result, lines: [...BANNER, ...result.lines] };
}

const HELP_WORDS = ["help", "--help", "-h", "/?", "-?", "?"];

/**
 * Reads a command. All that is wrong with its words shows here, before there
 * is a world.
 *
 * @param args The verb and its arguments.
 * @returns The command; what it prints has no banner.
 * @throws {IscsicliError} The verb or an argument is not understood.
 */
export function readIscsicli(args: readonly string[]): IscsicliCommand {
  const [word = "", ...words] = args;
  if (HELP_WORDS.includes(word.toLowerCase())) return told(helpFor(words));
  const name = verbNamed(word);
  if (name === undefined) throw unknownVerb(word);
  const [only = ""] = words;
  if (words.length === 1 && HELP_WORDS.includes(only) && only !== "help") return told(helpOf(name));
  const understood = VERBS[name].read(name, words);
  if (understood === undefined) {
    return undone(
      { status: 0, lines: usageLines(name) },
      `${words.length} arguments are another number than ${name} takes`,
    );
  }
  if (typeof understood !== "function") return undone(understood, `${name} does not take these arguments`);
  return { type: "call", run: (world) => resultOf(understood(world)) };
}

/** What the real command answers to arguments that it does not take; it may call that a success. */
function undone(outcome: Outcome, why: string): IscsicliCommand {
  return { type: "told", result: { ...resultOf(outcome), note: `nothing was done: ${why}` } };
}

function helpFor(words: readonly string[]): string[] {
  const [word] = words;
  if (word === undefined) return overview();
  const name = verbNamed(word);
  if (name === undefined) throw unknownVerb(word);
  return helpOf(name);
}

function told(lines: readonly string[]): IscsicliCommand {
  return { type: "told", result: { lines, status: 0 } };
}

function resultOf({ status, lines = [], data }: Outcome): IscsicliResult {
  const result = { lines: [...lines, messageText(status)], status, ...(data === undefined ? {} : { data }) };
  return status === 0 ? result : { ...result, note: `status ${hexStatus(status)}: ${describeStatus(status)}` };
}

/** A word in the verb's place may be a key whose verb was forgotten: it is not repeated. */
function unknownVerb(word: string): IscsicliError {
  const nearest = nearestVerb(word);
  const others = VERB_NAMES.filter((name) => name !== nearest);
  const given = `a word of ${word.length} characters that is none`;
  return new IscsicliError("verb", given, `${nearest}, which is the nearest, or one of ${alternatives(others)}`);
}
