/** The ways to use the package that the README shows, done as it says, each in an empty folder. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { sectionOf, sessionOf, typed } from "../support/console_session.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { goOutside, must, type Outside, type Result, run } from "./outside.ts";
import { type Part, partsOf } from "./readme_section.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const README = Deno.readTextFileSync(`${ROOT}README.md`);
const SCENARIO = "key_survives_power_cycle.yaml";
const digest = runScenarioText(Deno.readTextFileSync(`${ROOT}scenarios/${SCENARIO}`), SCENARIO).digest.slice(0, 16);
const HOLDS = new RegExp(`all 9 expectations hold \\(seed 1, digest ${digest}\\)`);

/** What each way comes to; a way that is not here, or is only here, fails. */
const OUTCOMES: Readonly<Record<string, (text: string, folder: string) => void | Promise<void>>> = {
  "With npm: the command": (text) => {
    assertMatch(text, HOLDS);
    assertMatch(text, /quick tier: [\d,]+ trials, 0 violations/);
    assert(!/warn/i.test(text), text);
  },
  "With npm: a test for `node --test`": (text) => assertMatch(text, /^. pass 1$/m),
  "With npm: a test for vitest": (text) => assertMatch(text, /Tests +1 passed/),
  "In a Deno project": (text) => assertMatch(text, /^cycle 250$/m),
  "In a browser, by esbuild": async (_text, folder) => {
    const page = await shownByChromium(`${folder}/page.html`);
    if (page !== undefined) assertMatch(page, /holds: true, digest [0-9a-f]{64}/);
  },
  "With Deno: the command, for all folders": (text) => assertMatch(text, HOLDS),
};

Deno.test("README: every way to use the package from outside is one that works", async (t) => {
  const parts = partsOf(README, "Use it from outside");
  assertEquals(parts.map(({ title }) => title), Object.keys(OUTCOMES));
  using packed = temporaryFolder();
  const outside = await goOutside(packed.path);
  if ("skipped" in outside) return console.log(`skipped: ${outside.skipped}`);
  for (const part of parts) {
    await t.step(part.title, async () => {
      using folder = temporaryFolder();
      const { success, text } = await follow(part, outside, folder.path);
      assert(success, text);
      await OUTCOMES[part.title]?.(text, folder.path);
    });
  }
  await t.step("the first run of the demo, with an empty cache, warns of nothing", async () => {
    using cache = temporaryFolder();
    await tryDemo(cache.path);
  });
  await t.step("the first hour goes with the package as it is shown", async () => {
    using installed = temporaryFolder();
    using folder = temporaryFolder();
    await must("npm", ["install", outside.tarball], installed.path, outside.path);
    const session = sessionOf(sectionOf(README, "The first hour"));
    assertEquals(typed(session, folder.path, `${installed.path}/node_modules/.bin:${outside.path}`), session);
  });
  await t.step("without the package nothing works, and that is found out", async () => {
    using folder = temporaryFolder();
    const commands = `node -e 'import("@hba/sim")'\ntrue\n`;
    assert(
      !(await follow({ title: "wrong", actions: [{ type: "commands", text: commands }] }, outside, folder.path))
        .success,
    );
  });
});

Deno.test("partsOf() reads files and commands, and refuses what is neither", () => {
  const readme =
    "# x\n## A\n### One\ntext\n\n**a.js**:\n\n```js ignore\n1;\n```\n\n```sh\nls\n```\n### Two\nno code\n## B\n";
  const actions = [{ type: "file", name: "a.js", text: "1;\n" }, { type: "commands", text: "ls\n" }] as const;
  assertEquals(partsOf(readme, "A"), [{ title: "One", actions }]);
  assertThrows(() => partsOf(readme, "C"), Error, "no section C");
  assertThrows(() => partsOf("## A\n### One\n```js\n1;\n```\n", "A"), Error, "Neither a file nor commands");
});

async function tryDemo(cache: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "demo"],
    cwd: ROOT,
    env: { DENO_DIR: cache, NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert(success && /^Download /m.test(said), said);
  assert(!/warn|ignored/i.test(said), said);
  assertMatch(new TextDecoder().decode(stdout), HOLDS);
}

/** Does what a part says, in a folder that holds the tarball and nothing else. */
async function follow({ actions }: Part, { tarball, path }: Outside, folder: string): Promise<Result> {
  Deno.copyFileSync(tarball, `${folder}/${tarball.split("/").at(-1)}`);
  let text = "";
  for (const action of actions) {
    if (action.type === "file") {
      Deno.writeTextFileSync(`${folder}/${action.name}`, action.text);
      continue;
    }
    const result = await run("sh", ["-e", "-c", action.text], folder, path);
    text += result.text;
    if (!result.success) return { success: false, text };
  }
  return { success: true, text };
}

/** What a page shows once its script has run; `undefined` where there is no Chromium. */
async function shownByChromium(page: string): Promise<string | undefined> {
  const folder = page.replace(/\/[^/]*$/, "");
  const switches = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom"];
  try {
    const profile = `--user-data-dir=${folder}/profile`;
    return (await run("chromium", [...switches, profile, new URL(`file://${page}`).href], folder)).text;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped: there is no chromium on this machine to show the page");
  }
}
