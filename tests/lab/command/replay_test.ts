/** Bundles at the command line: run --bundle, replay, diff, debug. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execute } from "../../../sim/lab/explore/execute.ts";
import { bundleOf, decodeBundle, encodeBundle } from "../../../sim/lab/explore/tape/bundle.ts";
import type { Subject } from "../../../sim/lab/explore/tape/subject.ts";
import { readShipped } from "../../support/shipped_scenarios.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, hbasimWithInput } from "./command_line.ts";

const NAME = "power_cut_during_set.yaml";
const SUBJECT: Subject = { scenario: { file: NAME, source: readShipped(NAME) } };

function bundled(subject: Subject): Uint8Array {
  return encodeBundle(bundleOf(subject, execute(subject)));
}

/** A folder with bundles: the run, and one with another future from event 670 on. */
function folderOfBundles() {
  const folder = temporaryFolder();
  const plain = execute(SUBJECT);
  const at = { cycle: plain.world.recorder.at(670).cycle, sequence: 670 };
  const forked: Subject = { ...SUBJECT, recipe: [{ at, salt: "another" }] };
  const files = { plain: `${folder.path}/plain.bundle`, forked: `${folder.path}/forked.bundle` };
  Deno.writeFileSync(files.plain, encodeBundle(bundleOf(SUBJECT, plain)));
  Deno.writeFileSync(files.forked, bundled(forked));
  return { ...files, path: folder.path, plainRun: plain, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

Deno.test("run --bundle writes the run, for its owner alone; replay does the same again", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.bundle`;
  const ran = hbasim("run", "--quiet", "--seed", "7", "--bundle", file, `scenarios/${NAME}`);
  assertEquals(ran.code, 0, ran.stderr);
  assertEquals((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
  const { subject, digest } = decodeBundle(Deno.readFileSync(file));
  assertEquals([subject.scenario.seed, execute(subject).digest], ["7", digest]);
  const { code, stdout } = hbasim("replay", file);
  assertEquals(code, 0);
  assertMatch(stdout, new RegExp(`^scenarios/${NAME}, seed 7\nall as by default\n`));
  assertMatch(stdout, new RegExp(`\nthe same \\d+ events, digest ${digest.slice(0, 16)}\n$`));
  const refused = hbasim("run", "--bundle", file, "--ring", "100", `scenarios/${NAME}`);
  assertEquals([refused.code, refused.stderr.includes("expected it without --ring")], [2, true]);
});

Deno.test("replay --to stops there and shows the world; what is no moment of the run is refused", () => {
  using folder = folderOfBundles();
  const { code, stdout } = hbasim("replay", "--quiet", "--to", "614", folder.plain);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "flash:\n  hba0: 1 records, 0 bad sectors");
  assertStringIncludes(stdout, "the same 615 events of 818 so far");
  const rows: readonly [string, string][] = [
    ["c5.s6", "c5.s6 is of another run: here event 6 is c"],
    ["818", "--to 818: the run has 818 events, from 0 on"],
    ["c1.s99999", "--to c1.s99999: the run has 818 events, from 0 on"],
    ["soon", '"soon" is no moment: expected an event such as 256'],
  ];
  for (const [to, problem] of rows) {
    for (const form of ["--quiet", "--json", "--wide"]) {
      const { code, stdout, stderr } = hbasim("replay", form, "--to", to, folder.plain);
      assertEquals([code, stdout, stderr.includes(problem)], [2, "", true], stderr);
    }
  }
});

Deno.test("replay tells another run with the first event that differs, and refuses bad bundles with exit code 2", () => {
  using folder = folderOfBundles();
  const { subject: _, ...told } = decodeBundle(Deno.readFileSync(folder.plain));
  const { subject } = decodeBundle(Deno.readFileSync(folder.forked));
  const wrong = `${folder.path}/wrong.bundle`;
  Deno.writeFileSync(wrong, encodeBundle({ ...told, subject }));
  const { code, stdout } = hbasim("replay", "--quiet", wrong);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "all as by default, but\n  chance begins anew at c");
  assertMatch(
    stdout,
    /FAIL {2}another run: expected digest \w{16}, but found \w{16}\nthe same (\d+) events, then another/,
  );
  const parted = Number(/the same (\d+) events/.exec(stdout)?.[1]);
  assert(parted > 670);
  assertStringIncludes(stdout, `\n> c`);
  assertStringIncludes(stdout, `.s${parted} `);
  const misfit = bundled({ ...SUBJECT });
  const rows: readonly [Uint8Array, string][] = [
    [misfit.slice(0, 900), "Not a hbasim bundle file: no CBOR"],
    [
      encodeBundle({
        ...told,
        subject: { ...SUBJECT, tape: [{ decision: "step", step: { type: "getKey", ordinal: 4 }, change: "repeated" }] },
      }),
      'the tape does not fit: "the 4th getKey is taken twice": the scenario has no such step',
    ],
  ];
  const file = `${folder.path}/bad.bundle`;
  for (const [bytes, problem] of rows) {
    Deno.writeFileSync(file, bytes);
    const { code, stderr } = hbasim("replay", file);
    assertEquals([code, stderr.includes(problem)], [2, true], stderr);
  }
});

Deno.test("diff of two bundles shows the first event that differs, and the state of both", () => {
  using folder = folderOfBundles();
  const same = hbasim("diff", "--json", folder.plain, folder.plain);
  assertEquals([same.code, same.stdout], [0, '{"same":818}\n']);
  const { code, stdout } = hbasim("diff", folder.plain, folder.forked);
  assertEquals(code, 1);
  assertMatch(stdout, /^the same [67]\d\d events, then they differ in detail\n/);
  assertMatch(stdout, /\nnetwork:\n< .+\n> |\nregisters:\n< /);
});

/** What the debugger answers, without its first three lines. */
async function debug(
  lines: readonly string[],
  ...args: string[]
): Promise<{ code: number; out: string[]; err: string }> {
  const { code, stdout, stderr } = await hbasimWithInput(lines.join("\n"), "debug", ...args);
  return { code, out: stdout.trimEnd().split("\n").slice(4), err: stderr };
}

const sequenceOf = (line = "") => Number(/^(?:[>< ] )?c\d+\.s(\d+) /.exec(line)?.[1]);

Deno.test("debug goes on, back, to moments and to events, and says where it is", async () => {
  using folder = folderOfBundles();
  const { code, out } = await debug(
    [
      "step",
      "step 3",
      "back 2",
      "to 614",
      "back",
      "until mailbox 0x4000",
      "back until erase",
      "to 300ms",
      "where",
      "next",
      "quit",
    ],
    folder.plain,
  );
  assertEquals(code, 0);
  assertEquals(out.slice(0, 7).map(sequenceOf), [0, 1, 2, 3, 1, 614, 613]);
  const [until = "", back = "", at300 = "", , where = "", next = "", step = ""] = out.slice(7);
  assertStringIncludes(until, "setPresharedKeyForId = mailbox 0x4000");
  assertStringIncludes(back, "## erase at");
  assert(Number.isInteger(sequenceOf(at300)));
  assertMatch(where, /^event \d+ of 818, cycle \d+, power on$/);
  assertStringIncludes(next, "application");
  assertMatch(step, /line 15: setKey$/);
});

Deno.test("debug finds the last write of a key, in table, flash and store, and shows the world there", async () => {
  using folder = folderOfBundles();
  const key = "969d0f87";
  const { code, out } = await debug([
    "to 817",
    "back until last write of key 192.0.2.10",
    "inspect keys",
    "back",
    "inspect keys",
    'back until "last write of key 192.0.2.10"',
    "inspect flash",
    "back",
    "inspect flash",
    "back until last write of key 192.0.2.10",
    "inspect registers",
    "inspect sessions",
    "inspect waiting",
    "until write of key 192.0.2.10",
  ], folder.plain);
  assertEquals(code, 0);
  const [, table, withKey, , without, flash, ...rest] = out;
  assertStringIncludes(table ?? "", "setPresharedKeyForId");
  assertEquals([withKey?.includes(key), without], [true, "hba0: no key"]);
  assertStringIncludes(flash ?? "", "## program at");
  assertEquals([rest.slice(0, 3).join().includes(key), rest.slice(4, 7).join().includes(key)], [true, false]);
  assert(rest.some((line) => line.startsWith("hba0: mailbox ")) && rest.some((line) => line.startsWith("waiting: ")));
  assertEquals(rest.at(-1), flash);
  assert(!out.join().includes("for hba0 key"), "keys by their fingerprints");
});

Deno.test("debug answers what the README says", async () => {
  const readme = Deno.readTextFileSync(new URL("../../../README.md", import.meta.url));
  const [, shown = ""] = /```\n(debug> [^`]*)```/.exec(readme) ?? [];
  const lines = shown.trimEnd().split("\n");
  const asked = lines.filter((line) => line.startsWith("debug> ")).map((line) => line.slice(7));
  assert(asked.length > 2);
  const { out } = await debug(asked, `scenarios/${NAME}`);
  assertEquals(out, lines.filter((line) => !line.startsWith("debug> ")));
});

Deno.test("debug takes scenario files, forks and leaves forks, explains, and tells verdicts", async () => {
  const { code, out } = await debug(
    ["to 600", "fork another", "where", "leave", "why", "verdicts", "list 1", "tape", "help"],
    `scenarios/${NAME}`,
  );
  assertEquals(code, 0);
  assertMatch(out[1] ?? "", /^the futures part in event \d+$/);
  assert(out.some((line) => line.endsWith(", in a fork")) && out.some((line) => / events before\)$/.test(line)));
  assert(out.includes("ok    line 21  login: expected main mode"));
  assertEquals(out.filter((line) => line.startsWith("> c") && line.includes(".s600 ")).length, 1);
  assert(out.some((line) => line.startsWith("  back until TEXT")));
});

Deno.test("debug says what it does not understand or cannot do, stays where it is, and exits with 2", async () => {
  const { code, out, err } = await debug([
    "stepp",
    "step many",
    "back untill",
    "back until",
    "until",
    "to 99999",
    "to noon",
    "until the end of the world",
    "back until last write of key ",
    "back",
    "next now",
    "inspect clouds",
    "fork",
    "leave",
    "why",
    "",
    "where",
  ], `scenarios/${NAME}`);
  assertEquals(code, 2);
  assertEquals(out, ["before the first event", "event -1 of 818, cycle 0, power on"]);
  assertEquals(
    err.trimEnd().split("\n").map((line) => line.slice(0, 40)),
    [
      'there is no "stepp"; did you mean step? (',
      'step "many": expected a whole number from',
      'back "untill": expected a whole number fr',
      "back until wants a text, or: back until w",
      "until wants a text, or: until write of ke",
      "there is no event 99999: the run has 818,",
      '"noon" is no moment: expected an event su',
      'there is no "the end of the world" after ',
      'there is no "last write of key" before th',
      "this is the beginning",
      "next stands alone: expected nothing behin",
      'there is no "clouds" to inspect: expected',
      "fork wants a salt: any text; another one,",
      "this is no fork: nothing was left",
      "nothing has happened yet",
    ].map((line) => line.slice(0, 40)),
  );
});

const hasScript = Deno.build.os === "linux" &&
  new Deno.Command("sh", { args: ["-c", "command -v script"], stdout: "null" }).outputSync().success;

/** A debugger on a terminal of its own. */
class TerminalTalk {
  shown = "";
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #prompts = 0;

  constructor() {
    const program = `'${Deno.execPath()}' run --no-check --allow-read --allow-env sim/lab/command/hbasim.ts`;
    this.#process = new Deno.Command("script", {
      args: ["-qec", `${program} debug scenarios/${NAME}`, "/dev/null"],
      cwd: new URL("../../../", import.meta.url),
      env: { TERM: "dumb", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Types when there is a new prompt, as a person does. */
  async type(text: string): Promise<void> {
    this.#prompts++;
    while (this.shown.split("debug> ").length <= this.#prompts) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      this.shown += value;
    }
    await this.#writer.write(new TextEncoder().encode(text));
  }

  /** Waits for the end; gives the exit code. */
  async end(): Promise<number> {
    await this.#writer.close();
    for (let isOver = false; !isOver;) {
      const { value, done } = await this.#reader.read();
      this.shown += value ?? "";
      isOver = done;
    }
    return (await this.#process.status).code;
  }
}

Deno.test({
  name: `debug on a terminal: a prompt, lines that are typed, and an end by Ctrl-D${
    hasScript ? "" : " (skipped: no script)"
  }`,
  ignore: !hasScript,
  async fn() {
    const talk = new TerminalTalk();
    await talk.type("step 2\n");
    await talk.type("wher\n");
    await talk.type("\u0004");
    assertEquals(await talk.end(), 2);
    assertStringIncludes(talk.shown, ".s1 ");
    assertStringIncludes(talk.shown, "did you mean where?");
  },
});

for (const [name, key] of [["Ctrl-C", "\u0003"], ["Ctrl-D", "\u0004"]] as const) {
  Deno.test({
    name: `debug on a terminal: ${name} before a command is answered is an end after its answer${
      hasScript ? "" : " (skipped: no script)"
    }`,
    ignore: !hasScript,
    async fn() {
      const talk = new TerminalTalk();
      await talk.type(`to 600\nback until last write of key 192.0.2.10\nstep 3\n${key}`);
      const code = await talk.end();
      assertEquals(code, 0, talk.shown);
      assert(!talk.shown.includes("error"), talk.shown);
    },
  });
}
