/** On a terminal what takes long tells how far it is, and is heard when somebody ends it. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Kernel } from "../../../sim/kernel/kernel.ts";
import { noteEvent } from "../../../sim/trace/events.ts";
import { Recorder } from "../../../sim/trace/recorder.ts";
import { encodeTrace } from "../../../sim/trace/trace_file.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, HEAD } from "./command_line.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** Minutes of work behind a step that is soon over. */
const LONG = `${HEAD}limit: 2501h\nsteps:\n  - setGroupKey: { key: a secret key }
  - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: NOT_FOUND, repeat: 1000000 }\n`;
const TWO_AT_ONCE = `${HEAD}steps:
  - parallel:
      a: [{ setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] } }]
      b: [{ setGroupKey: { key: another key } }]
`;

/** A command on a terminal of its own: Ctrl-C is typed when the terminal shows something, and what it showed is given. */
async function onTerminal(
  args: readonly string[],
  isTime: RegExp,
  env: Readonly<Record<string, string>> = { NO_COLOR: "1" },
): Promise<{ code: number; shown: string }> {
  const quoted = args.map((each) => `'${each}'`).join(" ");
  const command = `stty cols 120; exec ${Deno.execPath()} run --no-check -A sim/lab/command/hbasim.ts ${quoted}`;
  const process = new Deno.Command("script", {
    args: ["--quiet", "--return", "--flush", "--command", command, "/dev/null"],
    cwd: root,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keyboard = process.stdin.getWriter();
  let shown = "";
  let isTyped = false;
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    shown += text;
    if (isTyped || !isTime.test(shown)) continue;
    isTyped = true;
    await keyboard.write(new Uint8Array([3]));
  }
  const { code } = await process.status;
  await keyboard.close().catch(() => undefined);
  return { code, shown };
}

function writeLongTrace(path: string, events: number): void {
  const recorder = new Recorder(new Kernel());
  const component = recorder.component("somebody");
  for (let number = 0; number < events; number++) recorder.record(component, noteEvent, { text: "a note" });
  Deno.writeFileSync(path, encodeTrace(recorder, 1_000_000));
}

const isElsewhere = Deno.build.os !== "linux";
const RUN_LINE = /\r\d+\.\d{3} s simulated, \d+ events, \d+ a second/;

Deno.test({
  name: "explain of a long run: on a terminal it tells how far it is; Ctrl-C: exit 130, and an answer from what was",
  ignore: isElsewhere,
  async fn() {
    using folder = temporaryFolder();
    const file = `${folder.path}/long.yaml`;
    Deno.writeTextFileSync(file, LONG);
    const { code, shown } = await onTerminal(["explain", file, "6"], RUN_LINE);
    assertEquals(code, 130, shown);
    assertMatch(shown, /hbasim: interrupted after \d+ events: what comes later is not in the answer/);
    assertMatch(shown, /came to SUCCESS at c\d+\.s\d+/);
    const unknown = await onTerminal(["explain", file, "99"], RUN_LINE);
    assertEquals(unknown.code, 130, unknown.shown);
    assertStringIncludes(unknown.shown, "hbasim: until then there is no answer: 99: no step begins in this line");
  },
});

Deno.test({
  name: "debug of a long run: on a terminal it tells how far it is before it asks for anything",
  ignore: isElsewhere,
  async fn() {
    using folder = temporaryFolder();
    const file = `${folder.path}/long.yaml`;
    Deno.writeTextFileSync(file, LONG);
    const { shown } = await onTerminal(["debug", file], RUN_LINE);
    assertMatch(shown, RUN_LINE);
  },
});

Deno.test({
  name: "explore --ties and --certify: on a terminal they tell how many runs they have made, and how fast",
  ignore: isElsewhere,
  async fn() {
    using folder = temporaryFolder();
    const [file, module] = [`${folder.path}/a.yaml`, `${folder.path}/own.ts`];
    Deno.writeTextFileSync(file, TWO_AT_ONCE);
    const wait = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);";
    Deno.writeTextFileSync(module, `export const world = (options) => {\n  ${wait}\n  return options;\n};\n`);
    for (const mode of [["--ties", "all"], ["--certify", "2"]]) {
      const { code, shown } = await onTerminal(["explore", "--with", module, ...mode, file], /\d+ runs, /);
      assertEquals(code, 130, shown);
      assertMatch(shown, /\r\d+ runs, \d+\.\d a second/);
    }
  },
});

/**
 * What works on a trace, given one and a place for a file; what of it takes long, and how many events that takes. Not
 * `explain`, which reads as `diff` does: with one trace to read the answer may be there before the signal.
 */
const OF_TRACES: readonly (readonly [string, string, number, (trace: string, out: string) => readonly string[]])[] = [
  ["trace --vcd", "writing", 400_000, (trace, out) => ["trace", trace, "--vcd", out]],
  ["trace --perfetto", "writing", 400_000, (trace, out) => ["trace", trace, "--perfetto", out]],
  ["trace --sqlite", "writing", 400_000, (trace, out) => ["trace", trace, "--sqlite", out]],
  ["diff", "reading", 2_000_000, (trace) => ["diff", trace, trace]],
];

for (const [name, what, events, args] of OF_TRACES) {
  Deno.test({
    name: `${name} of a long trace: on a terminal it tells how far it is; Ctrl-C: exit 130, and nothing is left`,
    ignore: isElsewhere,
    async fn() {
      using folder = temporaryFolder();
      const trace = `${folder.path}/long.cbor`;
      writeLongTrace(trace, events);
      const line = new RegExp(`\\r${what} ".*": \\d+ of ${events} events, \\d+ a second, \\d+ s left`);
      const { code, shown } = await onTerminal(args(trace, `${folder.path}/out`), line);
      assertEquals(code, 130, shown);
      assertStringIncludes(shown, `hbasim: interrupted while ${what}`);
      assertEquals([...Deno.readDirSync(folder.path)].map((each) => each.name), ["long.cbor"]);
    },
  });
}

Deno.test({
  name: "a long trace that is printed on a terminal ends with Ctrl-C: exit 130, and no colour stays",
  ignore: isElsewhere,
  async fn() {
    using folder = temporaryFolder();
    const trace = `${folder.path}/long.cbor`;
    writeLongTrace(trace, 400_000);
    const { code, shown } = await onTerminal(["trace", trace], / ms /, {});
    assertEquals(code, 130, shown.slice(-500));
    assert(shown.slice(shown.lastIndexOf("\x1b[")).startsWith("\x1b[0m"), shown.slice(-500));
    assertStringIncludes(shown, "hbasim: interrupted while printing");
  },
});

Deno.test("no progress is told in a pipe", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/a.yaml`;
  Deno.writeTextFileSync(file, LONG.replace("1000000", "3000"));
  const { code, stderr } = hbasim("explain", file, "6");
  assertEquals([code, stderr], [0, ""]);
  assert(hbasim("explain", "--help").stdout.includes("Ctrl-C"));
});
