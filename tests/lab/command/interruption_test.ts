/** Ctrl-C: what has happened until then is written whole, told, and named as what it is; nothing is left half done. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { statSync } from "node:fs";
import { decodeResults } from "../../../sim/lab/explore/search/results_file.ts";
import { decodeTrace } from "../../../sim/trace/trace_file.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, HEAD, startHbasim } from "./command_line.ts";

const GOOD = `${HEAD}steps:\n  - setGroupKey: { key: a secret key }\n`;
/** Minutes of work. */
const LONG = `${GOOD}  - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: NOT_FOUND, repeat: 1000000 }\n`;

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** How long a file is that is being written; what was made to try whether it can be written goes at any moment. */
function unfinishedBytes(folder: string, file: string): number {
  const name = namesIn(folder).find((each) => each.startsWith(`.${file}.`) && each.endsWith(".unfinished"));
  return name === undefined ? 0 : statSync(`${folder}/${name}`, { throwIfNoEntry: false })?.size ?? 0;
}

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

Deno.test("Ctrl-C in a run: exit 130, its files are whole and hold what has happened, its verdicts are told", async () => {
  using folder = temporaryFolder();
  const path = (name: string) => `${folder.path}/${name}`;
  Deno.writeTextFileSync(path("long.yaml"), LONG);
  const files = ["stream", "trace", "pcap", "image"].flatMap((name) => [`--${name}`, path(name)]);
  const process = startHbasim("run", "--quiet", "--ring", "200", ...files, path("long.yaml"));
  await until(() => unfinishedBytes(folder.path, "stream") > 100_000);
  process.kill("SIGINT");
  await process.stdin.close();
  const { code, stdout, stderr } = await process.output();
  assertEquals(code, 130, text(stderr));
  assertMatch(text(stdout), /interrupted: \d+ of \d+ expectations that were judged so far hold/);
  assertStringIncludes(text(stderr), "interrupted: --image, --trace, --stream, --pcap hold what happened until then\n");
  assertEquals(namesIn(folder.path), ["image", "long.yaml", "pcap", "stream", "trace"]);
  const [stream, trace] = ["stream", "trace"].map((name) => decodeTrace(Deno.readFileSync(path(name))).events);
  assert(stream !== undefined && trace !== undefined && stream.length > 1000);
  assertEquals(trace, stream.slice(-trace.length));
  assertEquals(hbasim("decode", path("pcap")).code, 0);
});

for (const [signal, expected] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`${signal} in a run: as Ctrl-C, with exit code ${expected}`, async () => {
    using folder = temporaryFolder();
    const path = (name: string) => `${folder.path}/${name}`;
    Deno.writeTextFileSync(path("long.yaml"), LONG);
    const process = startHbasim("run", "--quiet", "--ring", "200", "--stream", path("stream"), path("long.yaml"));
    await until(() => unfinishedBytes(folder.path, "stream") > 100_000);
    process.kill(signal);
    await process.stdin.close();
    const { code, stdout, stderr } = await process.output();
    assertEquals(code, expected, text(stderr));
    assertMatch(text(stdout), /interrupted: \d+ of \d+ expectations/);
    assertEquals(namesIn(folder.path), ["long.yaml", "stream"]);
    assert(decodeTrace(Deno.readFileSync(path("stream"))).events.length > 1000);
  });
}

Deno.test("Ctrl-C in hbasim test: exit 130, and the report has what has ended", async () => {
  using folder = temporaryFolder();
  const path = (name: string) => `${folder.path}/${name}`;
  Deno.writeTextFileSync(path("a.yaml"), GOOD);
  const made = new Deno.Command("mkfifo", { args: [path("b.yaml")] }).outputSync();
  assertEquals(made.code, 0, text(made.stderr));
  const outputs = ["--junit", path("junit")];
  const process = startHbasim("test", "--workers", "1", ...outputs, path("a.yaml"), path("b.yaml"));
  // The only worker reads the second file when it has answered for the first.
  const pipe = await Deno.open(path("b.yaml"), { write: true });
  await pipe.write(new TextEncoder().encode(LONG));
  pipe.close();
  process.kill("SIGINT");
  await process.stdin.close();
  const { code, stdout, stderr } = await process.output();
  assertEquals(code, 130, text(stderr));
  assertStringIncludes(text(stdout), "1 files: 1 ok, 0 failed, 0 bad; 1 cases: 1 ok");
  assertStringIncludes(text(stderr), "interrupted: 1 of 2 files have results");
  assertEquals(namesIn(folder.path), ["a.yaml", "b.yaml", "junit"]);
  assertStringIncludes(Deno.readTextFileSync(path("junit")), "</testsuites>");
});

Deno.test("Ctrl-C in the run that hbasim debug begins with: exit 130, and a line that says so", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/long.yaml`;
  const made = new Deno.Command("mkfifo", { args: [file] }).outputSync();
  assertEquals(made.code, 0, text(made.stderr));
  const process = startHbasim("debug", file);
  // It listens when it reads.
  const pipe = await Deno.open(file, { write: true });
  await pipe.write(new TextEncoder().encode(LONG));
  pipe.close();
  process.kill("SIGINT");
  await process.stdin.close();
  const { code, stdout, stderr } = await process.output();
  assertEquals([code, text(stdout), text(stderr)], [130, "", "hbasim: interrupted before the run has ended\n"]);
});

Deno.test("a run of several slices is the run that it is in one piece", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.yaml`;
  // Longer than a slice of 50 ms by far.
  Deno.writeTextFileSync(file, `${GOOD}  - { setGroupKey: { key: a secret key }, repeat: 1000 }\n`);
  const [run, test] = [hbasim("run", "--json", file), hbasim("test", "--json", file)];
  assertEquals([run.code, test.code], [0, 0]);
  const [{ digest }] = JSON.parse(test.stdout);
  assertEquals(JSON.parse(run.stdout).digest, digest);
});

Deno.test("Ctrl-C in hbasim cuts: exit 130, and what was tried is told", async () => {
  const process = startHbasim("cuts", "--tier", "nightly", "--workers", "1", "--json");
  // It listens when it has told how things stand.
  const said = process.stderr.getReader();
  await said.read();
  process.kill("SIGINT");
  await process.stdin.close();
  said.releaseLock();
  const { code, stdout } = await process.output();
  assertEquals(code, 130);
  const { interrupted, trials, violations } = JSON.parse(text(stdout));
  assertEquals([interrupted, violations], [true, []]);
  assert(trials >= 0);
});

Deno.test("Ctrl-C in hbasim explore: exit 130, what was found is told, and its file is whole", async () => {
  using folder = temporaryFolder();
  const [module, marks, out] = ["own.ts", "marks", "out"].map((name) => `${folder.path}/${name}`);
  assert(module !== undefined && marks !== undefined && out !== undefined);
  const mark = `Deno.writeTextFileSync(${JSON.stringify(marks)}, "x", { append: true });`;
  Deno.writeTextFileSync(module, `${mark}\nexport const world = (options) => options;\n`);
  const process = startHbasim("explore", "--seeds", "1..1000000", "--with", module, "--jobs", "1", "--out", out);
  // The first to load the module is the command, the second its worker, which is started when the command listens.
  await until(() => namesIn(folder.path).includes("marks") && Deno.statSync(marks).size > 1);
  process.kill("SIGINT");
  await process.stdin.close();
  const { code, stdout, stderr } = await process.output();
  assertEquals(code, 130, text(stderr));
  assertMatch(text(stdout), /^interrupted: \d+ seeds, 0 failed, \d+ of \d+ cells seen, \d+ of \d+ probes reached$/m);
  assertEquals(namesIn(out), ["failures", "results.cbor"]);
  const { failures, isComplete } = decodeResults(Deno.readFileSync(`${out}/results.cbor`));
  assertEquals([failures, isComplete], [[], false]);
});

Deno.test("Ctrl-C in hbasim explore before its threads start: it is told, and what was made is whole", async () => {
  using folder = temporaryFolder();
  const [module, out] = [`${folder.path}/own.ts`, `${folder.path}/out`];
  // The command loads it when it has made the folder, and is in the middle of that until the signal has come.
  Deno.writeTextFileSync(
    module,
    `Deno.mkdirSync(${JSON.stringify(`${folder.path}/loaded`)}, { recursive: true });
await new Promise((resolve) => setTimeout(resolve, 2000));
export const world = (options) => options;
`,
  );
  const process = startHbasim("explore", "--seeds", "1..1000000", "--with", module, "--jobs", "1", "--out", out);
  await until(() => namesIn(folder.path).includes("loaded"));
  process.kill("SIGINT");
  await process.stdin.close();
  const { code, stdout, stderr } = await process.output();
  assertEquals(code, 130, text(stderr));
  assertMatch(text(stdout), /^interrupted: 0 seeds, 0 failed, /m);
  assertStringIncludes(text(stderr), "hbasim: interrupted: no block of seeds was done\n");
  assertEquals(namesIn(out), ["failures", "results.cbor"]);
  assertEquals(decodeResults(Deno.readFileSync(`${out}/results.cbor`)).runs, []);
});

Deno.test("Ctrl-C in hbasim explore: which seeds are done is told; blocks under way are not among them", async () => {
  using folder = temporaryFolder();
  const [module, seeds, out] = ["own.ts", "seeds", "out"].map((name) => `${folder.path}/${name}`) as [
    string,
    string,
    string,
  ];
  const mark = `Deno.writeTextFileSync(${JSON.stringify(seeds)}, "x", { append: true });`;
  Deno.writeTextFileSync(module, `export const world = (options) => {\n  ${mark}\n  return options;\n};\n`);
  const process = startHbasim("explore", "--seeds", "51..1000000", "--with", module, "--jobs", "1", "--out", out);
  // Well into the second block: the first has 50 seeds, some of which are run more than once.
  await until(() => namesIn(folder.path).includes("seeds") && Deno.statSync(seeds).size > 150);
  process.kill("SIGINT");
  await process.stdin.close();
  const { code, stderr } = await process.output();
  assertEquals(code, 130, text(stderr));
  const { runs } = decodeResults(Deno.readFileSync(`${out}/results.cbor`));
  const last = runs.at(-1)?.seed;
  assertStringIncludes(
    text(stderr),
    `hbasim: interrupted: the seeds 51..${last} are done; blocks that were under way are not in the results\n`,
  );
  assertEquals([runs[0]?.seed, runs.length], [51, (last ?? 0) - 50]);
});

const TWO_AT_ONCE = `${HEAD}steps:
  - parallel:
      a: [{ setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] } }]
      b: [{ setGroupKey: { key: another key } }]
`;
const FAILS_ALWAYS = `${HEAD}steps:
  - { setGroupKey: { key: a key } }
  - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: { flags: [ike, main] } }
`;

/** Ways to look at one run by many others, with what they say when they are ended; each has many runs left by then. */
const BY_RUNS = [
  {
    name: "--certify 2",
    source: TWO_AT_ONCE,
    args: (file: string) => ["--certify", "2", file],
    said:
      /^interrupted: (\d+) hypotheses were executed, and none of them breaks this outcome; at least (\d+) are left$/m,
  },
  {
    name: "--ties all",
    source: TWO_AT_ONCE,
    args: (file: string) => ["--ties", "all", file],
    said: /^interrupted: \d+ orders that can matter, in (\d+) runs; at least (\d+) are left; \d+ ties by default$/m,
  },
  {
    name: "--inevitable BUNDLE",
    source: FAILS_ALWAYS,
    args: (file: string) => ["--inevitable", file],
    said: /^interrupted: \d+ moments were looked at, in (\d+) runs; at least (\d+) are left$/m,
  },
] as const;

for (const { name, source, args, said } of BY_RUNS) {
  Deno.test(`Ctrl-C in hbasim explore ${name}: exit 130, what was executed until then is told, and how much is left`, async () => {
    using folder = temporaryFolder();
    const [file, module, marks] = ["a.yaml", "own.ts", "marks"].map((each) => `${folder.path}/${each}`) as [
      string,
      string,
      string,
    ];
    Deno.writeTextFileSync(file, source);
    // A run takes its time, so that there is something left.
    const mark = `Deno.writeTextFileSync(${JSON.stringify(marks)}, "x", { append: true });`;
    const wait = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);";
    Deno.writeTextFileSync(
      module,
      `export const world = (options) => {\n  ${mark}\n  ${wait}\n  return options;\n};\n`,
    );
    for (const asJson of [false, true]) {
      Deno.writeTextFileSync(marks, "");
      const process = startHbasim("explore", "--with", module, ...args(file), ...(asJson ? ["--json"] : []));
      await until(() => Deno.statSync(marks).size > 5);
      process.kill("SIGINT");
      await process.stdin.close();
      const { code, stdout, stderr } = await process.output();
      assertEquals(code, 130, text(stderr));
      const { interrupted, executions, left } = asJson ? JSON.parse(text(stdout)) : { ...toldRuns(text(stdout), said) };
      assertEquals(interrupted, true, text(stdout));
      assert(executions > 1 && executions <= Deno.statSync(marks).size && left > 0, text(stdout));
    }
  });
}

function toldRuns(stdout: string, said: RegExp) {
  const [line, executions, left] = said.exec(stdout) ?? [];
  return { interrupted: line !== undefined, executions: Number(executions), left: Number(left) };
}
