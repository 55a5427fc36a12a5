import { assert, assertEquals } from "@std/assert";
import { hbasim } from "./command_line.ts";

const README = new URL("../../../README.md", import.meta.url);

Deno.test("the ladder that README shows is the one that the command prints, as far as the lines go", () => {
  const [, shown = ""] = /```\n( +\d+ +[\d.]+ ms .*?)```/s.exec(Deno.readTextFileSync(README)) ?? [];
  const lines = shown.split("\n").filter((line) => line !== "" && line.trim() !== "...");
  assert(lines.length > 10, "README has lost its ladder");
  const { stdout } = hbasim("run", "scenarios/key_survives_power_cycle.yaml");
  const printed = stdout.split("\n");
  let next = 0;
  const missing = lines.filter((line) => {
    const beginning = line.replace(/ \(seed 1, digest \.\.\.\)$/, " (seed 1, digest ");
    const found = printed.findIndex((each, index) => index >= next && each.startsWith(beginning));
    if (found >= 0) next = found + 1;
    return found < 0;
  });
  assertEquals(missing, []);
});

Deno.test("the explanation that README shows is the beginning of the one that the command prints", () => {
  const [, shown = ""] = /begins with\n\n```\n(line \d+, [^]*?)```/.exec(Deno.readTextFileSync(README)) ?? [];
  const { stdout } = hbasim("explain", "scenarios/wrong_key_at_target.yaml", "14");
  assert(shown.length > 1000, "README has lost its explanation");
  assert(stdout.startsWith(shown), stdout);
});
