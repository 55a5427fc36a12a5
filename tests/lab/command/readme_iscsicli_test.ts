import { assertEquals, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const README = Deno.readTextFileSync(`${ROOT}README.md`);

Deno.test("the commands of iscsicli that README shows print what README shows", () => {
  const shown = [...README.matchAll(/^```(?:sh)?\n([^`]*?)^```$/gm)].map(([, text = ""]) => text);
  const at = shown.findIndex((text) => text.includes("<< 'END'"));
  const [first = "", second = "", expected = ""] = shown.slice(at - 1, at + 2);
  assertStringIncludes(first, "GetPSKey");
  assertEquals(first.match(/--state hba\.state/g)?.length, 2);
  using folder = temporaryFolder();
  const scenario = "scenarios/key_survives_power_cycle.yaml";
  Deno.mkdirSync(`${folder.path}/scenarios`);
  Deno.copyFileSync(ROOT + scenario, `${folder.path}/${scenario}`);
  // `deno task --quiet hbasim …` in this folder; the task would run in the project's.
  const program = `"${Deno.execPath()}" run --no-check --allow-all "${ROOT}sim/lab/command/hbasim.ts"`;
  const shell = `set -e\ndeno() { shift; [ "$1" != --quiet ] || shift; shift; ${program} "$@"; }\n`;
  const { code, stdout, stderr } = new Deno.Command("sh", {
    args: ["-c", shell + first + second],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
  }).outputSync();
  const printed = new TextDecoder().decode(stdout).replaceAll(/ +$/gm, "");
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  assertEquals(printed.slice(-expected.length), expected);
  assertStringIncludes(printed, "Security Flags       : 0x27");
  assertStringIncludes(printed, "TargetLUN");
});
