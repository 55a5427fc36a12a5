import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inflateSync } from "node:zlib";
import { buildPage } from "../../../sim/lab/page/build.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "../command/command_line.ts";
import { command, writeReport } from "./browser.ts";
import { KEYS, manySettings, POWER_CUT } from "./scenarios.ts";

const MEBIBYTE = 2 ** 20;

/** All that is in a report: its text, and its parts as they are when they are inflated. */
function contentOf(file: string): string {
  const html = Deno.readTextFileSync(file);
  const parts = [...html.matchAll(/<script type="text\/plain" id="part-(\w+)">([^<]*)</g)].filter(([, name]) =>
    name !== "core"
  );
  assert(parts.length >= 5);
  const texts = parts.map(([, , text = ""]) => {
    const bytes = inflateSync(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
    return new TextDecoder("latin1").decode(bytes);
  });
  return [html.replaceAll(/id="part-core">[^<]*</g, "<"), ...texts].join("\n");
}

Deno.test("a report says in plain text, before any script, what came of the run", () => {
  using folder = temporaryFolder();
  const report = `${folder.path}/report.html`;
  const name = '"a </script><script>alert(1)</script> & <b>"';
  writeReport(report, POWER_CUT.replace(/name: .*/, `name: ${name}`));
  const html = Deno.readTextFileSync(report);
  const [before = ""] = html.split("<script");
  assertStringIncludes(before, "2 of 9 fail");
  assertStringIncludes(
    before,
    "<title>FAIL: a &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;</title>",
  );
  assertStringIncludes(before, 'but found <strong class="bad">ISDSC_AUTHENTICATION_FAILURE</strong>');
  assertStringIncludes(before, "Keys are in this file as fingerprints only.");
  assert(!html.includes("<script>alert"), "what a scenario says runs nowhere");
  assert(!/(?:src|href)\s*=\s*["']?(?:https?:)?\/\//.test(html), "nothing is fetched");
  assertStringIncludes(html, "default-src 'none'");
});

Deno.test("keys are in a report only if they are revealed, and then it is its owner's", () => {
  using folder = temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  Deno.writeTextFileSync(at("run.yaml"), POWER_CUT);
  command(1, "run", "--quiet", "--html", at("plain.html"), "--bundle", at("run.bundle"), at("run.yaml"));
  command(0, "replay", "--quiet", "--html", at("replayed.html"), at("run.bundle"));
  command(0, "replay", "--quiet", "--html", at("secret.html"), "--reveal-keys", at("run.bundle"));
  for (const key of KEYS) {
    assert(!contentOf(at("plain.html")).includes(key), key);
    assert(!contentOf(at("replayed.html")).includes(key), key);
    assertStringIncludes(contentOf(at("secret.html")), key, "the search finds it where it is");
  }
  assertStringIncludes(Deno.readTextFileSync(at("secret.html")).split("<script")[0] ?? "", "as secret as they are");
  assertEquals((Deno.statSync(at("secret.html")).mode ?? 0) & 0o77, 0);
  assertStringIncludes(Deno.readTextFileSync(at("replayed.html")), "hbasim replay --quiet --to MOMENT ");
});

/** Runs a line in a shell that knows the command. */
function inShell(line: string, folder: string): { readonly code: number; readonly stdout: string } {
  const command = new URL("../../../sim/lab/command/hbasim.ts", import.meta.url).pathname;
  const known = `hbasim() { ${Deno.execPath()} run --no-check -A ${command} "$@"; }`;
  const { code, stdout } = new Deno.Command("sh", { args: ["-c", `${known}\n${line}`], cwd: folder }).outputSync();
  return { code, stdout: new TextDecoder().decode(stdout) };
}

Deno.test("the line to copy comes to the moment of a run that fails, in a shell", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/it's a run.yaml`;
  Deno.writeTextFileSync(file, POWER_CUT);
  command(1, "run", "--quiet", "--html", `${folder.path}/run.html`, file);
  const html = Deno.readTextFileSync(`${folder.path}/run.html`);
  const { command: line } = JSON.parse(/id="report">([^<]*)</.exec(html)?.[1] ?? "");
  const { code, stdout } = inShell(line.replace("MOMENT", "1ms"), folder.path);
  assertEquals(code, 0, line);
  assertStringIncludes(stdout, "at cycle 250000:");
});

Deno.test("of each failure that an exploration has found there is a report, without its keys", () => {
  using folder = temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  Deno.writeTextFileSync(at("run.yaml"), POWER_CUT);
  command(1, "explore", "--seeds", "1..1", "--jobs", "1", "--out", at("found"), "--html", at("run.yaml"));
  const names = [...Deno.readDirSync(at("found/failures"))].map(({ name }) => name);
  const reports = names.filter((name) => name.endsWith(".html"));
  assert(reports.length > 0);
  assertEquals(reports.length, names.filter((name) => name.endsWith(".bundle")).length);
  for (const name of reports) {
    const content = contentOf(at(`found/failures/${name}`));
    assertStringIncludes(content.split("<script")[0] ?? "", "fail");
    assertStringIncludes(content, `/failures/${name.replace(/html$/, "bundle")}`);
    for (const key of KEYS) assert(!content.includes(key), key);
  }
});

Deno.test("a report of ten thousand events has at most a mebibyte", () => {
  using folder = temporaryFolder();
  const report = `${folder.path}/report.html`;
  const { summary: { events } } = writeReport(report, manySettings(36));
  assert(events >= 10_000, `${events} events`);
  const { size } = Deno.statSync(report);
  assert(size <= MEBIBYTE, `${size} bytes for ${events} events`);
});

Deno.test("a report that cannot be is refused before anything runs", () => {
  buildPage();
  using folder = temporaryFolder();
  const scenario = `${folder.path}/run.yaml`;
  Deno.writeTextFileSync(scenario, POWER_CUT);
  const report = `${folder.path}/report.html`;
  const cases: readonly (readonly [args: readonly string[], message: string])[] = [
    [["run", "--html", report, "--ring", "100", scenario], "--html needs all events: expected it without --ring"],
    [["run", "--html", report, scenario, "other.yaml"], "--html goes with one scenario file, 2 are given"],
    [["run", "--html", scenario, scenario], "which is read; expected a file of its own"],
    [["explore", "--html", scenario], "--html goes with --out, or --merge"],
    [["explore", "--html", "--out", report, "--with", "a.ts"], "a report runs without modules of yours"],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = hbasim(...args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(stderr, message);
  }
  assert(!Array.from(Deno.readDirSync(folder.path)).some(({ name }) => name.includes("report")), "nothing is left");
});
