/** The ladder on a terminal and in a pipe, at each level, and what lies around a trigger. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { columnsOf } from "../../../sim/trace/text_columns.ts";
import { hbasim } from "./command_line.ts";

const SCENARIO = "scenarios/wmi_vector.yaml";
const ROOT = new URL("../../../", import.meta.url).pathname;

const hasScript = Deno.build.os === "linux" && await exists("script");

async function exists(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).output();
  return success;
}

/** What a terminal of so many columns gets. */
function onTerminal(columns: number, environment: Record<string, string>, ...args: string[]): string {
  const program = `'${Deno.execPath()}' run --no-check --allow-read --allow-env sim/lab/command/hbasim.ts`;
  const command = `stty cols ${columns}; ${program} ${args.map((each) => `'${each}'`).join(" ")}`;
  const { stdout } = new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    cwd: ROOT,
    // Whoever runs the tests may want no colours; NO_COLOR counts only if it is not empty.
    env: { TERM: "xterm", NO_COLOR: "", ...environment },
    stdin: "null",
  }).outputSync();
  // On a slow machine a line tells how far the run is, and goes before the next one of the ladder.
  return new TextDecoder().decode(stdout).replace(PROGRESS, "").replaceAll("\r", "");
}

const ERASED = `${String.fromCharCode(27)}\\[K`;
const PROGRESS = new RegExp(`\r[^\r\n]*${ERASED}`, "g");

const SGR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

Deno.test({
  name: `on a terminal: a header, colours, lines that fit; wide as they are; plain with NO_COLOR${
    hasScript ? "" : " (skipped: no script)"
  }`,
  ignore: !hasScript,
  fn() {
    const shown = onTerminal(90, {}, "run", SCENARIO);
    assertMatch(shown, SGR);
    const lines = shown.replace(SGR, "").split("\n");
    assertEquals(lines.filter((line) => /^ +cycle +time {2}component +event$/.test(line)).length, 1);
    const rungs = lines.filter((line) => /^ *\d+ +[\d.]+ ms /.test(line));
    assert(rungs.length > 100 && rungs.every((line) => [...line].length <= 90));
    assert(rungs.some((line) => line.endsWith("…")));
    const plain = hbasim("run", SCENARIO).stdout.split("\n").filter((line) => /^ *\d+ +[\d.]+ ms /.test(line));
    const wide = onTerminal(90, { NO_COLOR: "1" }, "run", "--wide", SCENARIO);
    assertEquals(wide.match(SGR), null);
    assertEquals(wide.split("\n").filter((line) => /^ *\d+ +[\d.]+ ms /.test(line)), plain);
  },
});

const LONG = `name: lines that are long
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
steps:
  - { setKey: { adapter: hba0, id: 192.0.2.11, key: a key, flags: [ike, main] }, expect: NOT_FOUND }
  - expect: { keyTable: { adapter: hba0, id: 192.0.2.10, key: [a, b, c, d, e, f, g, h], flags: [ike, main] } }
`;

Deno.test({
  name: `on a terminal all lines fit, of verdicts, tests, explanations and differences${hasScript ? "" : " (skipped)"}`,
  ignore: !hasScript,
  fn() {
    using folder = temporaryFolder();
    const file = `${folder.path}/long.yaml`;
    Deno.writeTextFileSync(file, LONG);
    const [one, other] = [`${folder.path}/one.cbor`, `${folder.path}/other.cbor`];
    hbasim("run", "--quiet", "--trace", one, file);
    hbasim("run", "--quiet", "--trace", other, SCENARIO);
    const cases: readonly (readonly string[])[] = [
      ["run", "--quiet", file],
      ["test", "--no-times", file],
      ["explain", file, "6"],
      ["explain", file, "setKey"],
      ["diff", one, other],
    ];
    for (const args of cases) {
      const plain = hbasim(...args).stdout.split("\n");
      const cut = onTerminal(50, { NO_COLOR: "1" }, ...args).split("\n");
      // What is to be copied stays whole.
      const fits = plain.map((line) =>
        /^ *(why|again): +\S/.test(line) || line.length <= 50 ? line : `${line.slice(0, 49)}…`
      );
      assertEquals(cut, fits, args.join(" "));
      assert(fits.some((line) => line.endsWith("…")), args.join(" "));
      assertEquals(onTerminal(50, { NO_COLOR: "1" }, ...args, "--wide").split("\n"), plain, args.join(" "));
    }
  },
});

Deno.test({
  name: `on a terminal lines fit by columns: wide names, the header, captures, bundles, help${
    hasScript ? "" : " (skipped)"
  }`,
  ignore: !hasScript,
  fn() {
    using folder = temporaryFolder();
    const file = `${folder.path}/wide.yaml`;
    const [trace, capture, bundle] = ["cbor", "pcapng", "bundle"].map((ending) => `${folder.path}/run.${ending}`);
    const name = "接続が切れても鍵は残る、".repeat(4);
    Deno.writeTextFileSync(file, LONG.replace("lines that are long", name).replace("step", `# 🔌\nstep`));
    hbasim("run", "--quiet", "--trace", `${trace}`, "--pcap", `${capture}`, "--bundle", `${bundle}`, file);
    const cases: readonly (readonly string[])[] = [
      ["run", file],
      ["trace", `${trace}`],
      ["decode", `${capture}`],
      ["replay", "--quiet", `${bundle}`],
      ["cuts", "--tier", "quick"],
      ["help", "explore"],
      ["help", "kinds"],
      ["help"],
    ];
    for (const args of cases) {
      // A word is not broken: pages of help need a little more room.
      const columns = args[0] === "help" ? 70 : args[0] === "cuts" ? 80 : 40;
      const lines = onTerminal(columns, { NO_COLOR: "1" }, ...args).split("\n");
      // What is to be copied stays whole.
      const long = lines.filter((line) =>
        columnsOf(line) > columns && !/^ *(why|again): +\S|^ {2}(hbasim|- ) /.test(line)
      );
      assertEquals(long, [], args.join(" "));
    }
  },
});

Deno.test("in a pipe there is neither header nor colour, and each level shows what it says", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  hbasim("run", "--quiet", "--trace", file, SCENARIO);
  const marks = (level: string) => {
    const lines = hbasim("trace", "--level", level, file).stdout.trimEnd().split("\n");
    assert(lines.every((line) => /^ *\d+ +[\d.]+ ms /.test(line)), lines[0]);
    return [...new Set(lines.map((line) => line.slice(50).trim().slice(0, 2).replace(/^\?.$/, "?")))].sort();
  };
  assertEquals(marks("calls"), ["->", "<-"]);
  assertEquals(marks("messages"), ["--", "->", "..", "<-", "=="]);
  assertEquals(marks("all"), ["##", "--", "->", "..", "<-", "==", "?"]);
});

Deno.test("a trigger shows what lies around it, so many events before and behind", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  hbasim("run", "--quiet", "--trace", file, SCENARIO);
  const events = (...args: string[]): readonly { readonly at: string; readonly component: string }[] =>
    hbasim("trace", "--json", ...args, file).stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const all = events();
  const hit = all.findIndex(({ component }) => component === "WMI tool");
  const [first, ...more] = events("--trigger", "WMI tool ->", "--before", "2", "--after", "3");
  assertEquals(first?.at, all[hit - 2]?.at);
  assertEquals(more.slice(0, 5).map(({ at }) => at), all.slice(hit - 1, hit + 4).map(({ at }) => at));
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["trace", "--trigger", "nowhere", file], /--trigger "nowhere": no event of the trace has it/],
    [["trace", "--before", "5", file], /--before goes with --trigger/],
    [["trace", "--trigger", "a", "--after", "x", file], /--after "x": expected a whole number from 0/],
    [["trace", "--level", "none", file], /--level "none": expected one of calls, messages, or all/],
    [["explain", "--json", "--wide", file, "1"], /--wide does not go with --json/],
    [["diff", "--json", "--wide", file, file], /--wide does not go with --json/],
    [["test", "--json", "--wide", SCENARIO], /--wide does not go with --json/],
    [["trace", "--json", "--wide", file], /--wide does not go with --json/],
    [["run", "--quiet", "--level", "calls", SCENARIO], /--level does not go with --quiet/],
    [["run", "--ring", "3", SCENARIO], /--ring "3": expected a whole number from 4/],
  ];
  for (const [args, said] of cases) {
    const { code, stderr } = hbasim(...args);
    assertEquals(code, 2);
    assertMatch(stderr, said);
  }
});
