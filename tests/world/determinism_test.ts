import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { runScenarioText } from "../../sim/scenario/runner.ts";

const scenarios = new URL("../../scenarios/", import.meta.url);
const FILE = "explicit_key_beats_group_key.yaml";
const source = Deno.readTextFileSync(new URL(FILE, scenarios));
const digest = (seed: string) => runScenarioText(source, FILE, { seed }).digest;

/** Runs a scenario in a process of its own and prints the digest of its trace. */
const PROGRAM = `
import { runScenarioText } from "ENTRY";
const [file, seed] = typeof Deno === "undefined" ? process.argv.slice(2) : Deno.args;
const read = typeof Deno === "undefined" ? (await import("node:fs")).readFileSync : Deno.readFileSync;
console.log(runScenarioText(new TextDecoder().decode(read(file)), file, { seed }).digest);
`;

async function output(command: string, args: readonly string[]): Promise<string> {
  const result = await new Deno.Command(command, { args: [...args] }).output();
  assert(result.success, new TextDecoder().decode(result.stderr));
  return new TextDecoder().decode(result.stdout).trim();
}

function hasCommand(name: string): boolean {
  try {
    return new Deno.Command(name, { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

Deno.test("The same seed gives the same digest twice in one process; another seed gives another", () => {
  assertEquals(digest("1"), digest("1"));
  assertNotEquals(digest("1"), digest("2"));
});

Deno.test("The same seed gives the same digest in another process", async () => {
  const directory = Deno.makeTempDirSync();
  try {
    const entry = new URL("../../mod.ts", import.meta.url).href;
    const program = `${directory}/run.ts`;
    Deno.writeTextFileSync(program, PROGRAM.replace("ENTRY", entry));
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const args = ["run", "--no-check", "--allow-read", "--allow-env", "--config", config, program];
    assertEquals(await output(Deno.execPath(), [...args, new URL(FILE, scenarios).pathname, "1"]), digest("1"));
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

const node = hasCommand("node");
if (!node) console.log("skipped: no Node.js on this machine to compare the digest with");

Deno.test({
  name: "The same seed gives the same digest under Node.js",
  ignore: !node,
  fn: async () => {
    const root = new URL("../../", import.meta.url).pathname;
    const directory = Deno.makeTempDirSync();
    // The bundler finds its import map beside the entry, so the entry lies in the project for a moment.
    const entry = `${root}tests/world/bundle_entry_${Deno.pid}.ts`;
    try {
      Deno.writeTextFileSync(entry, PROGRAM.replace("ENTRY", `${root}mod.ts`));
      await output(Deno.execPath(), ["bundle", "--platform", "browser", "-o", `${directory}/run.mjs`, entry]);
      const args = [`${directory}/run.mjs`, new URL(FILE, scenarios).pathname, "1"];
      assertEquals(await output("node", args), digest("1"));
    } finally {
      Deno.removeSync(entry);
      Deno.removeSync(directory, { recursive: true });
    }
  },
});
