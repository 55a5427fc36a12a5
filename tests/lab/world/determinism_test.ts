import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { isMissing } from "../../support/peers.ts";
import { pathOfShipped, readShipped } from "../../support/shipped_scenarios.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";

const FILE = "explicit_key_beats_group_key.yaml";
const source = readShipped(FILE);
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

Deno.test("The same seed gives the same digest twice in one process; another seed gives another", () => {
  assertEquals(digest("1"), digest("1"));
  assertNotEquals(digest("1"), digest("2"));
});

Deno.test("The same seed gives the same digest in another process", async () => {
  using directory = temporaryFolder();
  const entry = new URL("../../../mod.ts", import.meta.url).href;
  const program = `${directory.path}/run.ts`;
  Deno.writeTextFileSync(program, PROGRAM.replace("ENTRY", entry));
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const args = ["run", "--no-check", "--allow-read", "--allow-env", "--config", config, program];
  assertEquals(await output(Deno.execPath(), [...args, pathOfShipped(FILE), "1"]), digest("1"));
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

Deno.test({
  name: "The same seed gives the same digest under Node.js",
  ignore: isMissing("node", "no Node.js on this machine to compare the digest with"),
  fn: async () => {
    using directory = temporaryFolder();
    const program = await bundle(directory.path, PROGRAM);
    assertEquals(await output("node", [program, pathOfShipped(FILE), "1"]), digest("1"));
  },
});

/** Runs the scenario in a page and shows the digest there. */
const PAGE_PROGRAM = `
import { runScenarioText } from "ENTRY";
const source = ${JSON.stringify(source)};
document.body.dataset.digest = runScenarioText(source, ${JSON.stringify(FILE)}, { seed: "1" }).digest;
`;

Deno.test({
  name: "The same seed gives the same digest in Chromium",
  ignore: isMissing("chromium", "no Chromium on this machine to compare the digest with"),
  fn: async () => {
    using directory = temporaryFolder();
    const program = Deno.readTextFileSync(await bundle(directory.path, PAGE_PROGRAM));
    const page = `<!doctype html><body><script type="module">${program.replaceAll("</", "<\\/")}</script></body>`;
    Deno.writeTextFileSync(`${directory.path}/page.html`, page);
    const switches = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync " +
      "--disable-background-networking --disable-component-update --dump-dom";
    const profile = `--user-data-dir=${directory.path}/profile`;
    const address = new URL(`file://${directory.path}/page.html`).href;
    const dom = await output("chromium", [...switches.split(" "), profile, address]);
    assertEquals(dom.match(/data-digest="([^"]*)"/)?.[1], digest("1"));
  },
});
