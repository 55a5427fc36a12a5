import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";

const scenarios = new URL("../../../scenarios/", import.meta.url);
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
    const entry = new URL("../../../mod.ts", import.meta.url).href;
    const program = `${directory}/run.ts`;
    Deno.writeTextFileSync(program, PROGRAM.replace("ENTRY", entry));
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const args = ["run", "--no-check", "--allow-read", "--allow-env", "--config", config, program];
    assertEquals(await output(Deno.execPath(), [...args, new URL(FILE, scenarios).pathname, "1"]), digest("1"));
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

const root = new URL("../../../", import.meta.url).pathname;

/** The program as one file of web-standard JavaScript. */
async function bundle(directory: string, program: string): Promise<string> {
  // The bundler finds its import map beside the entry, so the entry lies in the project for a moment.
  const entry = `${root}tests/lab/world/bundle_entry_${Deno.pid}.ts`;
  try {
    Deno.writeTextFileSync(entry, program.replace("ENTRY", `${root}mod.ts`));
    await output(Deno.execPath(), ["bundle", "--platform", "browser", "-o", `${directory}/run.mjs`, entry]);
    return `${directory}/run.mjs`;
  } finally {
    Deno.removeSync(entry);
  }
}

const node = hasCommand("node");
if (!node) console.log("skipped: no Node.js on this machine to compare the digest with");

Deno.test({
  name: "The same seed gives the same digest under Node.js",
  ignore: !node,
  fn: async () => {
    const directory = Deno.makeTempDirSync();
    try {
      const program = await bundle(directory, PROGRAM);
      assertEquals(await output("node", [program, new URL(FILE, scenarios).pathname, "1"]), digest("1"));
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  },
});

/** Runs the scenario in a page and shows the digest there. */
const PAGE_PROGRAM = `
import { runScenarioText } from "ENTRY";
const source = ${JSON.stringify(source)};
document.body.dataset.digest = runScenarioText(source, ${JSON.stringify(FILE)}, { seed: "1" }).digest;
`;

const chromium = hasCommand("chromium");
if (!chromium) console.log("skipped: no Chromium on this machine to compare the digest with");

Deno.test({
  name: "The same seed gives the same digest in Chromium",
  ignore: !chromium,
  fn: async () => {
    const directory = Deno.makeTempDirSync({ prefix: "hbasim page " });
    try {
      const program = Deno.readTextFileSync(await bundle(directory, PAGE_PROGRAM));
      const page = `<!doctype html><body><script type="module">${program.replaceAll("</", "<\\/")}</script></body>`;
      Deno.writeTextFileSync(`${directory}/page.html`, page);
      const switches = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync " +
        "--disable-background-networking --disable-component-update --dump-dom";
      const profile = `--user-data-dir=${directory}/profile`;
      const address = new URL(`file://${directory}/page.html`).href;
      const dom = await output("chromium", [...switches.split(" "), profile, address]);
      assertEquals(dom.match(/data-digest="([^"]*)"/)?.[1], digest("1"));
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  },
});
