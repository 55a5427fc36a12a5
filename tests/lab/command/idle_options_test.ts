/** Options that would do nothing are refused before anything runs, by one table for all commands. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { COMMANDS } from "../../../sim/lab/command/commands/table.ts";
import { parseCommandLine } from "../../../sim/lab/command/parse_command_line.ts";

/** What of a command line would do nothing, and beside what, or without what. */
const ROWS: readonly (readonly [line: string, said: string])[] = [
  ["explore --seeds 1..2 --lines 99", "--lines goes with --certify"],
  ["explore --seeds 1..2 --faults lose", "--faults goes with --certify"],
  ["explore --certify 1 --seeds 1..2", "--seeds does not go with --certify"],
  ["explore --certify 1 --shard 1/2 --out o", "--shard does not go with --certify"],
  ["explore --certify 1 --all-probes", "--all-probes does not go with --certify"],
  ["explore --certify 1 --patience 5", "--patience does not go with --certify"],
  ["explore --certify 1 --jobs 2", "--jobs does not go with --certify"],
  ["explore --ties 2 --seeds 1..2", "--seeds does not go with --ties"],
  ["explore --ties 2 --faults lose", "--faults does not go with --ties"],
  ["explore --ties 2 --lines 99", "--lines does not go with --ties"],
  ["explore --ties 2 --certify 1", "--certify does not go with --ties"],
  ["explore --ties 2 --html --out o", "--html does not go with --ties"],
  ["explore --inevitable b --out o", "--out does not go with --inevitable"],
  ["explore --merge a --out o", "--out does not go with --merge"],
  ["explore --merge a --seeds 1..2", "--seeds does not go with --merge"],
  ["explore --verify-minimal a --json", "--json does not go with --verify-minimal"],
  ["explore --verify-minimal a --merge b", "--merge does not go with --verify-minimal"],
  ["explore --shard 1/2 --out o --json", "--json does not go with --shard"],
  ["explore --shard 1/2 --out o --html", "--html does not go with --shard"],
  ["explore --shard 1/2 --out o --all-probes", "--all-probes does not go with --shard"],
  ["explore --shard 1/2", "--shard goes with --out"],
  ["explore --html", "--html goes with --out, or --merge"],
  ["run --json --quiet", "--quiet does not go with --json"],
  ["run --json --level calls", "--level does not go with --json"],
  ["run --stream s", "--stream goes with --ring"],
  ["bridge --quiet --level calls", "--level does not go with --quiet"],
  ["test --json --all", "--all does not go with --json"],
  ["test --json --watch", "--watch does not go with --json"],
  ["test --json --wide", "--wide does not go with --json"],
  ["check --json --quiet", "--quiet does not go with --json"],
  ["trace --json --vcd v", "--vcd does not go with --json"],
  ["trace --level calls --sqlite v", "--sqlite does not go with --level"],
  ["trace --coordinates --json", "--coordinates does not go with --json"],
  ["trace --before 5", "--before goes with --trigger"],
  ["explain --json --wide", "--wide does not go with --json"],
  ["replay --json --quiet", "--quiet does not go with --json"],
  ["replay --json --level all", "--level does not go with --json"],
  ["replay --quiet --level all", "--level does not go with --quiet"],
  ["replay --reveal-keys", "--reveal-keys goes with --html"],
  ["diff --json --wide", "--wide does not go with --json"],
  ["decode --json --wide", "--wide does not go with --json"],
  ["cuts --replay 1:56:33:w --tier quick", "--replay does not go with --tier"],
  ["cuts --rules --workers 2", "--rules does not go with --workers"],
  ["cuts --rules --module m", "--rules does not go with --module"],
  ["cuts --rules --replay 1:56:33:w", "--rules does not go with --replay"],
  ["module --json --quiet", "--quiet does not go with --json"],
  ["module --at 1 --symbols m -o o", "--at does not go with --output"],
  ["module --at 1", "--at goes with --symbols"],
  ["module --imports --quiet", "--imports does not go with --quiet"],
  ["module --imports --symbols m", "--imports does not go with --symbols"],
  ["test --no-times --no-times", "--no-times is given 2 times; expected once"],
  ["run a.yaml --quiet b.yaml --quiet --quiet", "--quiet is given 3 times; expected once"],
];

Deno.test("an option that would do nothing is refused, and the message names it and what makes it so", async () => {
  for (const [line, said] of ROWS) {
    const [name = "", ...args] = line.split(" ");
    const command = await COMMANDS[name]?.load();
    assert(command !== undefined, name);
    const { message } = assertThrows(() => parseCommandLine(name, command, args), InputError, undefined, line);
    assertStringIncludes(message, said, line);
    // Whoever asks for help is not to be told of something else.
    assertEquals(parseCommandLine(name, command, [...args, "--help"]).wantsHelp, true);
  }
});

Deno.test("what looks like a switch, but belongs to an operand, is not counted", async () => {
  const [run, iscsicli] = await Promise.all([COMMANDS["run"]?.load(), COMMANDS["iscsicli"]?.load()]);
  assert(run !== undefined && iscsicli !== undefined);
  const file = parseCommandLine("run", run, ["--quiet", "a.yaml", "--", "--quiet", "--quiet"]);
  assertEquals(file.operands, ["a.yaml", "--quiet", "--quiet"]);
  const other = parseCommandLine("iscsicli", iscsicli, ["--json", "ListInitiators", "--json", "--json"]);
  assertEquals([other.given["json"], other.operands], [true, ["ListInitiators", "--json", "--json"]]);
  const twice = ["--json", "--json", "ListInitiators", "--json"];
  assertThrows(() => parseCommandLine("iscsicli", iscsicli, twice), InputError, "--json is given 2 times");
});

Deno.test("an exploration's options each have an effect in some mode, and no two modes go together", async () => {
  const command = await COMMANDS["explore"]?.load();
  assert(command !== undefined);
  const modes = ["shard", "merge", "certify", "ties", "inevitable", "verify-minimal"];
  for (const [option, { without = [] }] of Object.entries(command.options)) {
    const rest = modes.filter((mode) => !without.includes(mode));
    if (modes.includes(option)) assertEquals(rest, [option]);
    assert(without.every((mode) => modes.includes(mode)), option);
  }
});
