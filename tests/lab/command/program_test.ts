/** The program around the scenarios: what it says without one, and its smaller commands. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../../sim/lab/command/cli.ts";
import { VERSION } from "../../../sim/lab/world/version.ts";
import { HEAD, withFile } from "./command_line.ts";

const PROGRAM = new URL("../../../sim/lab/command/hbasim.ts", import.meta.url).pathname;

function hbasim(...args: string[]): { readonly code: number; readonly stdout: string; readonly stderr: string } {
  const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-env", PROGRAM, ...args],
    cwd: new URL("../../../", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  }).outputSync();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("hbasim tells its version, and its usage if nothing is asked of it", () => {
  assertEquals(hbasim("--version"), { code: 0, stdout: `hbasim ${VERSION}\n`, stderr: "" });
  const { code, stdout } = hbasim();
  assertEquals(code, 2);
  for (const command of ["run", "bridge", "iscsicli", "cuts"]) {
    assertMatch(stdout, new RegExp(`^  hbasim ${command} `, "m"));
  }
});

Deno.test("hbasim cuts runs a tier on threads, and one trial again; it refuses what it does not know", () => {
  const quick = hbasim("cuts", "--tier", "quick", "--workers", "2");
  assertEquals(quick.code, 0, quick.stderr);
  assertMatch(quick.stdout, /^quick tier: [\d,]+ trials, 0 violations, .* on 2 workers$/m);
  assertStringIncludes(hbasim("cuts", "--replay", "1:56:33:w").stdout, "nothing to object");
  for (const args of [["--tier", "all"], ["--workers", "0"], ["--replay"], ["--fast", "1"]]) {
    const { code, stderr } = hbasim("cuts", ...args);
    assertEquals(code, 2);
    assert(stderr.includes(args[0] ?? ""), stderr);
  }
});

Deno.test("main() gives the exit code, and importing its module runs nothing", async () => {
  assertEquals(await main(["--version"]), 0);
  assertEquals(await main(["jump"]), 2);
});

Deno.test("what is no command is told what was probably meant: a command, or the help of a step", () => {
  for (
    const [given, meant] of [["lgoin", "help login"], ["setGroupKey", "help setGroupKey"], [
      "explian",
      "explain",
    ]] as const
  ) {
    const { code, stderr } = hbasim(given);
    assertEquals([code, stderr], [2, `hbasim: unknown command "${given}"; did you mean ${meant}? (hbasim help)\n`]);
  }
});

Deno.test("a mistake in the kind of a fault names the page that lists faults", () => {
  withFile(`${HEAD}steps:\n  - { setGroupKey: { key: k }, faults: [{ loose: { datagram: 1 } }] }\n`, (file) => {
    const { code, stderr } = hbasim("check", file);
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      "did you mean lose? expected one of powerCycle, powerOff, powerOn, … (22 in all: hbasim help faults)",
    );
  });
});
